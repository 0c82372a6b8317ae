import type { Spec } from '../../../../acl/index.ts';
import { noThread, threadToRead } from '../../../../db/access/threads.ts';
import { listThread } from '../../../../db/reading/messages/history.ts';
import { numberedPage } from '../../../actions/numbered-page.ts';
import type { Handler } from '../../../core/call.ts';
import { historyPage } from './history-page.ts';
import { historyRows } from './history-rows.ts';

export const thread: Handler<Spec<'chat.thread'>> = async (call) => {
  const { hub, user, input, fail } = call;
  const { rootId, roomId } = await threadToRead(call, input.thread_id);
  const views = await numberedPage(await historyPage(call, roomId), 'before', (page) =>
    listThread(hub, user.id, rootId, page),
  );
  // An empty page of a thread is fine; a thread of which nothing is left does not exist.
  const isEmpty =
    views.length === 0 &&
    (await listThread(hub, user.id, rootId, { offset: 0, limit: 1 })).length === 0;
  return isEmpty
    ? fail('INVALID_THREAD', noThread)
    : historyRows(call, views, { page: input.page });
};
