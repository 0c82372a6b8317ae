import type { Spec } from '../../../../acl/index.ts';
import { messagesInSight } from '../../../../db/access/messages.ts';
import type { Handler } from '../../../core/call.ts';
import { historyRows } from './history-rows.ts';

export const get: Handler<Spec<'chat.get'>> = async (call) => {
  const { input, fail } = call;
  const ids = [...new Set(input.message_ids)];
  const views = await messagesInSight(call, ids);
  if (views.size === 0)
    fail('MESSAGE_NOT_FOUND', 'message_ids: none of them is a message that you can see');
  return historyRows(
    call,
    ids.flatMap((id) => views.get(id) ?? []),
  );
};
