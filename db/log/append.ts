import type { EventData, EventName } from '../../acl/events.ts';
import { Outage } from '../../acl/language/errors.ts';
import { build } from '../connection/statements.ts';
import type { Hub } from '../connection/transaction.ts';
import type { LockedRoom } from '../rows/rooms/rooms.ts';
import { events, eventTargets, hubs, members } from '../tables/index.ts';

/** Whom an event alerts of those who hear it. */
export type Alert = { only: readonly string[] } | { allBut: readonly string[] };

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
  alert?: Alert;
  /**
   * The message that it is about. Then the log stores `logged` only, and chat.sync adds the message
   * in its current state.
   */
  messageId?: string;
  logged?: Partial<EventData<N>>;
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

/** What a call was admitted or prepared under has changed meanwhile: admit it anew, then do it again. */
export class Outdated extends Outage {}

/**
 * Number events and queue their rows. Locks the hub's row, the last lock of a transaction; from here to the commit nothing
 * else is awaited, writes go by atCommit. `admitted` are the acl_epochs under which the calls' rights were read.
 */
export async function appendEvents(
  hub: Hub,
  drafts: readonly (Draft & { actorId: string })[],
  now: number,
  options: { admitted: readonly number[]; raiseEpoch?: boolean },
): Promise<NumberedEvent[]> {
  const owners = [
    ...new Set(drafts.filter((draft) => !draft.room && !draft.everyone).map(ownerOf)),
  ].sort();
  const { last, epoch, streams } = await takeNumbers(
    hub,
    drafts.length,
    owners,
    options.raiseEpoch ?? false,
  );
  const before = options.raiseEpoch ? epoch - 1 : epoch;
  if (options.admitted.some((admitted) => admitted !== before)) throw new Outdated();

  let seq = last - drafts.length;
  const recorded = drafts.map((draft): NumberedEvent => {
    seq += 1;
    const stream = draft.room?.id ?? (draft.everyone ? hub.id : ownerOf(draft));
    const prev = draft.room?.lastSeq ?? streams.get(stream) ?? 0;
    if (draft.room) draft.room.change({ lastSeq: seq });
    else streams.set(stream, seq);
    return { ...draft, seq, stream, prev };
  });
  queueRows(hub, recorded, streams, owners, now);
  return recorded;
}

const loggedOf = (draft: Draft): object => draft.logged ?? draft.data;

const ownerOf = (draft: Draft): string => draft.targets?.[0] ?? '';

/** Takes the numbers of `n` events. Locks the owners' rows and the hub's, in one round trip. */
async function takeNumbers(hub: Hub, n: number, owners: readonly string[], raise: boolean) {
  const [rows, , [numbers]] = await Promise.all([
    owners.length > 0
      ? hub.lock<{ userId: string; lastSeq: number }>(
          `SELECT user_id AS userId, last_seq AS lastSeq FROM members
           WHERE hub_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE`,
          [hub.id, owners],
        )
      : [],
    hub.write({
      sql: `UPDATE hubs SET seq = seq + ?${raise ? ', acl_epoch = acl_epoch + 1' : ''} WHERE id = ?`,
      params: [n, hub.id],
    }),
    hub.read<{ seq: number; epoch: number; lastSeq: number }>(
      'SELECT seq, acl_epoch AS epoch, last_seq AS lastSeq FROM hubs WHERE id = ?',
      [hub.id],
    ),
  ]);
  hub.seal();
  if (!numbers) throw new Error('the hub does not exist');
  const streams = new Map(rows.map((row) => [row.userId, row.lastSeq]));
  return { last: numbers.seq, epoch: numbers.epoch, streams: streams.set(hub.id, numbers.lastSeq) };
}

function queueRows(
  hub: Hub,
  recorded: readonly NumberedEvent[],
  streams: ReadonlyMap<string, number>,
  owners: readonly string[],
  now: number,
): void {
  const rows = recorded.filter((event) => !event.isMessage);
  if (rows.length > 0) {
    hub.atCommit(
      build.insert(events).values(
        rows.map((event) => ({
          hubId: hub.id,
          seq: event.seq,
          name: event.name,
          roomId: (event.room ?? event.about)?.id ?? null,
          messageId: event.messageId ?? null,
          actorId: event.actorId,
          stream: event.stream,
          prevSeq: event.prev,
          echoId: event.echoId ?? null,
          data: loggedOf(event) as Record<string, unknown>,
          createdMs: now,
        })),
      ),
    );
  }
  const targets = rows.flatMap((event) =>
    (event.targets ?? []).map((userId) => ({ hubId: hub.id, userId, seq: event.seq })),
  );
  if (targets.length > 0) hub.atCommit(build.insert(eventTargets).values(targets));
  if (recorded.some((event) => event.everyone))
    hub.changeAtCommit(hubs, { id: hub.id }, { lastSeq: streams.get(hub.id) ?? 0 });
  for (const userId of owners) {
    const lastSeq = streams.get(userId);
    if (lastSeq !== undefined) hub.changeAtCommit(members, { hubId: hub.id, userId }, { lastSeq });
  }
}

/** Hold the hub's row: while it is held nobody gains or loses a right there. */
export const lockHub = async (hub: Hub): Promise<void> => {
  await hub.lock('SELECT seq FROM hubs WHERE id = ? FOR UPDATE', [hub.id]);
};

/** Whether events of which it is unknown were committed after all. Waits for the transaction in doubt to end. */
export async function wereRecorded(hub: Hub, recorded: readonly NumberedEvent[]): Promise<boolean> {
  const [first] = recorded;
  await lockHub(hub);
  if (!first) return false;
  const rows = first.isMessage
    ? await hub.read('SELECT 1 FROM messages WHERE hub_id = ? AND id = ? AND seq = ?', [
        hub.id,
        (first.data as { message_id: string }).message_id,
        first.seq,
      ])
    : await hub.read(
        'SELECT 1 FROM events WHERE hub_id = ? AND seq = ? AND name = ? AND stream = ? AND data = ?',
        [hub.id, first.seq, first.name, first.stream, JSON.stringify(loggedOf(first))],
      );
  return rows.length > 0;
}

/** Raise the hub's acl_epoch where no event says so. */
export const raiseEpoch = (hub: Hub): void =>
  hub.atCommit({
    sql: 'UPDATE hubs SET acl_epoch = acl_epoch + 1 WHERE id = ?',
    params: [hub.id],
  });
