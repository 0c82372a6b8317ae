import type { Pool } from '../../db/connection/connect.ts';
import { type Hub, inHub, transact } from '../../db/connection/transaction.ts';
import { record } from '../../db/log/append.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import {
  expire,
  forgetPurged,
  listExpiring,
  listKept,
  listUnpurged,
  purge,
} from '../../db/upkeep/retention.ts';
import { tellWhenCommitted } from '../events/after-commit.ts';
import type { Publisher } from '../events/publisher.ts';

const dayMs = 86_400_000;
/** Rooms whose old messages expire in one transaction. */
const roomsAtOnce = 2000;
const messagesAtOnce = 500;
const mostRounds = 100;

/** Let a hub's old messages expire; answers what the rooms are to be told, and whether there may be more. */
export async function expireRooms(hub: Hub, retentionDays: number, now: number) {
  const before = now - retentionDays * dayMs;
  const ids = await listExpiring(hub, before, roomsAtOnce);
  const expired = await expire(hub, [...(await lockRooms(hub, ids)).values()], before);
  const events = expired.map((room) => ({
    name: 'room.purge' as const,
    room,
    data: { room_id: room.id, ordinal: room.expiredAt },
  }));
  return { events, isMore: ids.length === roomsAtOnce };
}

/** Goes to the job's log; what else there is to do is done all the same. */
export type Report = (error: unknown, where: string) => void;
export const rethrow: Report = (error) => {
  throw error;
};

/** Let what grew too old expire, in every hub. */
export async function expireOld(
  pool: Pool,
  publisher: Publisher,
  now: number,
  { signal, report = rethrow }: { signal?: AbortSignal; report?: Report } = {},
): Promise<void> {
  for (const { hubId, retentionDays } of await transact(pool, listKept)) {
    let isMore = true;
    while (isMore && !signal?.aborted) {
      isMore = await transact(pool, async (tx) => {
        const hub = inHub(tx, hubId);
        const found = await expireRooms(hub, retentionDays, now);
        if (found.events.length > 0) {
          const drafts = found.events.map((event) => ({ ...event, actorId: '' }));
          tellWhenCommitted(
            tx,
            pool,
            publisher,
            hubId,
            await record(hub, drafts, now, { admitted: [] }),
          );
        }
        return found.isMore;
      }).catch((error: unknown) => {
        report(error, 'retention');
        return false;
      });
    }
  }
}

/** Purge what has expired: text, files, reactions; a few messages in one transaction, so that nobody waits for long. */
export async function purgeExpired(
  pool: Pool,
  now: number,
  signal?: AbortSignal,
  report: Report = rethrow,
): Promise<void> {
  // What fails stays for the next round.
  for (let round = 0; round < mostRounds; round++) {
    const rooms = await transact(pool, (tx) => listUnpurged(tx, roomsAtOnce));
    for (const { hubId, roomId } of rooms) {
      let isMore = true;
      while (isMore && !signal?.aborted) {
        isMore = await transact(pool, async (tx) => {
          const hub = inHub(tx, hubId);
          const room = (await lockRooms(hub, [roomId])).get(roomId);
          return room !== undefined && (await purge(hub, room, messagesAtOnce, now));
        }).catch((error: unknown) => {
          report(error, 'purge');
          return false;
        });
      }
    }
    if (rooms.length < roomsAtOnce || signal?.aborted) return;
  }
}

/** Forget what is left of purged messages once the event log does not reach back to them. */
export async function forgetTombstones(pool: Pool, signal?: AbortSignal): Promise<void> {
  for (const { hubId } of await transact(pool, listKept))
    while (
      !signal?.aborted &&
      (await transact(pool, (tx) => forgetPurged(inHub(tx, hubId), messagesAtOnce))) ===
        messagesAtOnce
    );
}
