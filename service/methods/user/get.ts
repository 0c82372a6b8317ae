import type { Spec } from '../../../acl/index.ts';
import { findUserOfHub } from '../../../db/reading/identity/users.ts';
import type { Handler } from '../../core/call.ts';
import { presentUserOfHub } from '../../present/member.ts';

export const get: Handler<Spec<'user.get'>> = async ({ hub, caller, input, fail }) => {
  const { user_id: id, external_id: externalId, email } = input;
  if ([id, externalId, email].filter((one) => one !== undefined).length !== 1)
    fail('INVALID_INPUT', 'user_id: exactly one of user_id, external_id and email is required');
  const showsAll = caller.kind === 'operator';
  const user = await findUserOfHub(hub, { id, externalId, email });
  const isHidden = email !== undefined && user?.isShared === 1 && !showsAll;
  return user && !isHidden
    ? presentUserOfHub(user, showsAll)
    : fail('INVALID_CONTACT', 'user_id: is not a member');
};
