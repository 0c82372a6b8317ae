import type { Spec } from '../../../../acl/index.ts';
import { threadToRead } from '../../../../db/access/threads.ts';
import { roomOfThread } from '../../../../db/reading/messages/places.ts';
import { numberedPage } from '../../../actions/numbered-page.ts';
import type { Handler } from '../../../core/call.ts';
import { historyPage, missingPlace } from './history-page.ts';
import { historyRows } from './history-rows.ts';

export const thread: Handler<Spec<'chat.thread'>> = async (call) => {
  const { hub, input, fail } = call;
  const { page, missing } = await historyPage(call, roomOfThread(hub, input.thread_id));
  const views = await numberedPage(page, 'before', (part) =>
    threadToRead(call, input.thread_id, part),
  );
  if (missing) fail('MESSAGE_NOT_FOUND', missingPlace(missing));
  return historyRows(call, views, { page: input.page });
};
