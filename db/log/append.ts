import type { EventData, EventName } from '../../acl/events.ts';
import { Outage } from '../../acl/language/errors.ts';
import { insertRows } from '../connection/statements.ts';
import type { Hub } from '../connection/transaction.ts';
import { lockHub } from '../rows/hubs/hubs.ts';
import type { LockedRoom } from '../rows/rooms/rooms.ts';
import { events, eventTargets, hubs, members } from '../tables/index.ts';

/** The receivers whom an event notifies. */
export type Notified = { only: readonly string[] } | { allBut: readonly string[] };

/** The data of an event for users who hid a message that it quotes: without what that says. */
export interface Redacted<Data> {
  userIds: readonly string[];
  data: Data;
}

interface DraftOf<N extends EventName> {
  name: N;
  data: EventData<N>;
  /** The user who did it; absent: the caller. Empty: the system. */
  actorId?: string;
  /** The conversation in whose stream it is; locked, so that the stream has no gap. */
  room?: LockedRoom;
  /** The conversation that an event without `room` is about. */
  about?: Pick<LockedRoom, 'id' | 'directKey'>;
  /**
   * Without `room`: the one user in whose own stream it is. With `room`: users who get it although
   * they are not, or no longer, in the room.
   */
  targets?: readonly string[];
  /** Without `room`: it is in the hub's stream, and every member gets it. */
  everyone?: true;
  /**
   * The receivers to notify; absent: none. Not stored: chat.sync computes it from the receiver's
   * settings.
   */
  notify?: Notified;
  /**
   * The message that it is about. Then the log stores `logged` only, and chat.sync adds the message
   * in its current state.
   */
  messageId?: string;
  logged?: Partial<EventData<N>>;
  /**
   * What participants get instead of `data` who hid a message that it quotes. Not stored: chat.sync
   * reads what its caller hid. No participant is in two of them.
   */
  redacted?: readonly Redacted<EventData<N>>[];
  echoId?: string;
  /** The event is stored as a message row: the log stores nothing more. */
  isMessage?: true;
}

/** An event as a handler or job emits it. */
export type Draft<N extends EventName = EventName> = { [K in N]: DraftOf<K> }[N];

/** The place of an event in the hub's log and in its stream. */
export interface EventNumbers {
  seq: number;
  /** The `seq` of the event before it in the stream. */
  prev: number;
}

/** A draft that has its place in the log. */
export type NumberedEvent<N extends EventName = EventName> = Draft<N> &
  EventNumbers & { actorId: string; stream: string };

/** The rights or rows under which a call was prepared have changed. It must be admitted again. */
export class StaleRead extends Outage {}

/**
 * Gives events their numbers and queues their rows. Locks the hub's row, which is the last lock of
 * a transaction, and seals the transaction. Throws StaleRead when the hub's acl_epoch is not one of
 * `admitted`, under which the calls' rights were read.
 */
export async function appendEvents(
  hub: Hub,
  drafts: readonly (Draft & { actorId: string })[],
  now: number,
  {
    admitted,
    raiseEpoch = false,
    locked,
  }: {
    admitted: readonly number[];
    raiseEpoch?: boolean;
    /** The rows, where they are locked already. */
    locked?: LockedNumbers | undefined;
  },
): Promise<NumberedEvent[]> {
  const owners = drafts.flatMap((draft) => (draft.room || draft.everyone ? [] : ownerOf(draft)));
  const { ownerIds, streams: rowsLocked, numbers } = locked ?? lockNumbers(hub, owners);
  if (owners.some((id) => !ownerIds.includes(id)))
    throw new Error('members are locked before the hub');
  const [rows, { seq: last, epoch, lastSeq }] = await Promise.all([rowsLocked, numbers]);
  hub.seal();
  if (admitted.some((one) => one !== epoch)) throw new StaleRead();
  hub.changeAtCommit(hubs, { id: hub.id }, { seq: last + drafts.length });
  if (raiseEpoch) hub.changeAtCommit(hubs, { id: hub.id }, { aclEpoch: epoch + 1 });

  const streams = new Map(rows.map((row) => [row.userId, row.lastSeq])).set(hub.id, lastSeq);
  let seq = last;
  const events = drafts.map((draft): NumberedEvent => {
    seq += 1;
    const stream = draft.room?.id ?? (draft.everyone ? hub.id : ownerOf(draft));
    const prev = draft.room?.lastSeq ?? streams.get(stream) ?? 0;
    if (draft.room) draft.room.change({ lastSeq: seq });
    else if (draft.everyone) hub.changeAtCommit(hubs, { id: hub.id }, { lastSeq: seq });
    else if (streams.has(stream))
      hub.changeAtCommit(members, { hubId: hub.id, userId: stream }, { lastSeq: seq });
    streams.set(stream, seq);
    return { ...draft, seq, stream, prev };
  });
  queueEvents(hub, events, now);
  return events;
}

/** What the log stores of an event. */
const loggedOf = ({ logged, data }: Draft): Record<string, unknown> => ({ ...(logged ?? data) });

/** The user in whose own stream an event is. */
const ownerOf = ({ targets }: Draft): string => targets?.[0] ?? '';

/** What the hub's row says while it is locked. */
interface HubNumbers {
  /** The last number that an event has. */
  seq: number;
  epoch: number;
  /** The last number in the hub's own stream. */
  lastSeq: number;
}

interface Stream {
  userId: string;
  lastSeq: number;
}

/** The rows that say which numbers are the next ones, while they are being locked. */
export interface LockedNumbers {
  /** The members whose own streams are locked. */
  ownerIds: readonly string[];
  streams: Promise<Stream[]>;
  numbers: Promise<HubNumbers>;
}

/**
 * Locks the rows of members in whose own streams events will be, and the hub's row: the last lock
 * of a transaction. Asks for both in the turn in which it is called.
 */
export const lockNumbers = (hub: Hub, ownerIds: readonly string[]): LockedNumbers => ({
  ownerIds,
  streams: lockStreams(hub, ownerIds),
  numbers: lockHubNumbers(hub),
});

async function lockHubNumbers(hub: Hub): Promise<HubNumbers> {
  const [numbers] = await hub.lock<HubNumbers>(
    `SELECT seq, acl_epoch AS epoch, last_seq AS lastSeq FROM hubs WHERE id = ? FOR UPDATE`,
    [hub.id],
  );
  if (!numbers) throw new Error('the hub does not exist');
  return numbers;
}

/** Locks the rows of members in whose own streams events are. */
async function lockStreams(hub: Hub, owners: readonly string[]): Promise<Stream[]> {
  if (owners.length === 0) return [];
  return hub.lock(
    `SELECT user_id AS userId, last_seq AS lastSeq FROM members FORCE INDEX (PRIMARY)
     WHERE hub_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE`,
    [hub.id, [...new Set(owners)]],
  );
}

function queueEvents(hub: Hub, appended: readonly NumberedEvent[], now: number): void {
  const stored = appended.filter((event) => !event.isMessage);
  const rows = stored.map((event) => ({
    hubId: hub.id,
    seq: event.seq,
    name: event.name,
    roomId: (event.room ?? event.about)?.id ?? null,
    messageId: event.messageId ?? null,
    actorId: event.actorId,
    stream: event.stream,
    prevSeq: event.prev,
    echoId: event.echoId ?? null,
    data: loggedOf(event),
    createdMs: now,
  }));
  if (rows.length > 0) hub.atCommit(insertRows(events, rows));
  const targets = stored.flatMap(({ targets = [], seq }) =>
    targets.map((userId) => ({ hubId: hub.id, userId, seq })),
  );
  if (targets.length > 0) hub.atCommit(insertRows(eventTargets, targets));
}

/**
 * Tells whether events were committed whose transaction's outcome is unknown. Waits until that
 * transaction has ended.
 */
export async function areAppended(hub: Hub, events: readonly NumberedEvent[]): Promise<boolean> {
  const [first] = events;
  await lockHub(hub);
  if (!first) return false;
  const { seq, name, stream } = first;
  const rows = first.isMessage
    ? await hub.read('SELECT 1 FROM messages WHERE hub_id = ? AND id = ? AND seq = ?', [
        hub.id,
        (first.data as { message_id: string }).message_id,
        seq,
      ])
    : await hub.read(
        `SELECT 1 FROM events
         WHERE hub_id = ? AND seq = ? AND name = ? AND stream = ? AND data = ?`,
        [hub.id, seq, name, stream, JSON.stringify(loggedOf(first))],
      );
  return rows.length > 0;
}
