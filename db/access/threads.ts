import { findThread, type Thread } from '../reading/messages/threads.ts';
import type { AccessCall } from './call.ts';

export const noThread = 'thread_id: is not a message that you can see';

/** Returns the thread of a message, in a room that the caller is in. */
export async function threadToRead(
  { hub, user, fail }: AccessCall<'INVALID_THREAD'>,
  messageId: string,
): Promise<Thread> {
  return (await findThread(hub, user.id, messageId)) ?? fail('INVALID_THREAD', noThread);
}
