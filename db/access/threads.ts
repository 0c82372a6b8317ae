import { type HistoryFilter, type HistoryView, listThread } from '../reading/messages/history.ts';
import type { AccessCall } from './call.ts';

/**
 * Returns a page of a thread, in a room that the caller is in. The page may be empty; a thread of
 * which the caller can see nothing does not exist.
 */
export async function threadToRead(
  { hub, user, fail }: AccessCall<'INVALID_THREAD'>,
  messageId: string,
  page: HistoryFilter,
): Promise<HistoryView[]> {
  const views = await listThread(hub, user.id, messageId, page);
  if (views.length > 0) return views;
  const [any] = await listThread(hub, user.id, messageId, { offset: 0, limit: 1 });
  return any ? [] : fail('INVALID_THREAD', 'thread_id: is not a message that you can see');
}
