import type { Spec } from '../../../acl/index.ts';
import type { Call } from '../../core/call.ts';

/** Returns the users that a call names, by `user_id`, by `user_ids` or by both. */
export function userIdsOf({
  input,
  fail,
}: Call<Spec<'room.add'>> | Call<Spec<'room.remove'>>): string[] {
  const { user_id: id, user_ids: ids = [] } = input;
  const all = [...new Set(id === undefined ? ids : [...ids, id])];
  return all.length > 0
    ? all
    : fail('INVALID_INPUT', 'user_id: either user_id or user_ids is required');
}
