import { roomToMark } from '../../db/access/rooms.ts';
import { transact } from '../../db/connection/transaction.ts';
import { findMessageIdAt } from '../../db/rows/messages/messages.ts';
import { deleteDueReceipt, listDueReceipts } from '../../db/rows/rooms/due-receipts.ts';
import { queuePointer } from '../../db/rows/rooms/participants.ts';
import { receiptOf } from '../actions/read-marks.ts';
import { type Job, type JobContext, performInHub } from './job.ts';

const job: Job = { name: 'receipts', events: ['chat.acknowledge'] };
const receiptsAtOnce = 500;

/**
 * Sends the deferred receipts that are due; returns when the next run is due. Several processes may
 * run it at once: the one that deletes the receipt's row sends it.
 */
export async function sendDueReceipts(context: JobContext): Promise<number | undefined> {
  const { pool, clock, report, signal } = context;
  const waiting = await transact(pool, (tx) => listDueReceipts(tx, receiptsAtOnce));
  const now = clock();
  const due = waiting.filter(({ dueMs }) => dueMs <= now);
  for (const { hubId, roomId, userId } of due) {
    if (signal.aborted) break;
    await performInHub(context, job, hubId, async (hub, { now, emit }) => {
      const marked = await roomToMark({ hub, user: { id: userId, privilege: 0 } }, roomId);
      if (!(await deleteDueReceipt(hub, roomId, userId, now)) || !marked) return;
      const { room, mine } = marked;
      const { pointer, ownAfter } = mine;
      queuePointer(hub, roomId, userId, { pointer, ownAfter, receiptMs: now });
      await emit(receiptOf(room, mine, await findMessageIdAt(hub, roomId, pointer)));
    }).catch((error: unknown) => report(error, job.name));
  }
  // After receipts that were due there may be more, and those that failed.
  return due.length > 0 ? now : waiting[0]?.dueMs;
}
