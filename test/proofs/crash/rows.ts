import { expect } from 'chai';
import type { Pool } from '../../../db/connection/connect.ts';
import { directKey } from '../../../db/rows/rooms/direct-key.ts';
import type { Ledger, Sent, State } from './ledger.ts';

export interface MessageRow {
  id: string;
  roomId: string;
  ordinal: number;
  seq: number;
  prev: number;
  authorId: string;
  body: string;
  echoId: string | null;
  forwardOf: string | null;
  version: number;
  reactions: number;
  deletedMs: number | null;
  createdMs: number;
}

export interface EventRow {
  seq: number;
  prev: number;
  name: string;
  stream: string;
  messageId: string;
  option: string | null;
}

interface RoomRow {
  id: string;
  directKey: string | null;
  lastOrdinal: number;
  lastSeq: number;
}

/** All stored rows of a hub. */
export interface Rows {
  seq: number;
  messages: MessageRow[];
  events: EventRow[];
  rooms: RoomRow[];
  /** Hidden messages by user; `''` is deletion for all. */
  removals: { roomId: string; userId: string; ordinal: number }[];
  reactions: { messageId: string; userId: string }[];
  links: { messageId: string; nid: string }[];
  participants: { roomId: string; userId: string; pointer: number; unread: number }[];
  members: { userId: string; lastSeq: number }[];
  echoes: { madeId: string }[];
}

/**
 * Unread by definition: messages of others after the pointer, neither deleted nor hidden, counted
 * one by one.
 */
const recount = `SELECT p.room_id AS roomId, p.user_id AS userId, p.pointer, COUNT(m.id) AS unread
  FROM participants p
  LEFT JOIN messages m ON m.hub_id = p.hub_id AND m.room_id = p.room_id
    AND m.ordinal > p.pointer AND m.author_id <> p.user_id AND m.deleted_ms IS NULL
    AND (m.room_id, m.ordinal) NOT IN (
      SELECT x.room_id, x.ordinal FROM removals x
      WHERE x.hub_id = p.hub_id AND x.user_id = p.user_id)
  WHERE p.hub_id = ? GROUP BY p.room_id, p.user_id, p.pointer`;

export async function loadRows(pool: Pool, hubId: string): Promise<Rows> {
  const all = async <T>(sql: string): Promise<T[]> => (await pool.query(sql, [hubId]))[0] as T[];
  const [hub] = await all<{ seq: number }>('SELECT seq FROM hubs WHERE id = ?');
  return {
    seq: hub?.seq ?? 0,
    messages: await all(
      `SELECT id, room_id AS roomId, ordinal, seq, prev_seq AS prev, author_id AS authorId, body,
         echo_id AS echoId, forward_of AS forwardOf, version, reaction_count AS reactions,
         deleted_ms AS deletedMs, created_ms AS createdMs
       FROM messages WHERE hub_id = ? ORDER BY room_id, ordinal`,
    ),
    events: await all(
      `SELECT seq, prev_seq AS prev, name, stream,
         COALESCE(message_id, JSON_VALUE(data, '$.message_id'), '') AS messageId,
         JSON_VALUE(data, '$.option') AS \`option\` FROM events WHERE hub_id = ?`,
    ),
    rooms: await all(
      `SELECT id, direct_key AS directKey, last_ordinal AS lastOrdinal, last_seq AS lastSeq
       FROM rooms WHERE hub_id = ?`,
    ),
    removals: await all(
      'SELECT room_id AS roomId, user_id AS userId, ordinal FROM removals WHERE hub_id = ?',
    ),
    reactions: await all(
      'SELECT message_id AS messageId, user_id AS userId FROM reactions WHERE hub_id = ?',
    ),
    links: await all(
      `SELECT message_id AS messageId, attachment_id AS nid FROM message_attachments
       WHERE hub_id = ? ORDER BY message_id, position`,
    ),
    participants: await all(recount),
    members: await all(
      'SELECT user_id AS userId, last_seq AS lastSeq FROM members WHERE hub_id = ?',
    ),
    echoes: await all('SELECT made_id AS madeId FROM echoes WHERE hub_id = ?'),
  };
}

/**
 * Each seq of the hub belongs to one message or one event, and each stream's events are chained
 * without gaps.
 */
export function expectGapless({ seq, messages, events, rooms, members }: Rows): void {
  const taken = [...messages, ...events].map((one) => one.seq).sort((a, b) => a - b);
  const odd = taken.find((one, index) => one !== index + 1);
  expect({ odd, last: taken.at(-1) ?? 0 }, 'seqs').to.deep.equal({ odd: undefined, last: seq });

  const links = [...messages.map((one) => ({ ...one, stream: one.roomId })), ...events];
  const last = new Map<string, number>();
  for (const { stream, seq: own, prev } of links.sort((a, b) => a.seq - b.seq)) {
    expect(prev, `before ${own} in its stream`).to.equal(last.get(stream) ?? 0);
    last.set(stream, own);
  }
  for (const { id, lastSeq } of rooms)
    expect(lastSeq, 'a room’s last seq').to.equal(last.get(id) ?? 0);
  for (const { userId, lastSeq } of members)
    expect(lastSeq, 'a member’s last seq').to.equal(last.get(userId) ?? 0);
}

/** The messages of each room are numbered from 1 without gaps, in order of their time. */
export function expectNumbered({ rooms, messages, removals }: Rows): void {
  const byRoom = groupBy(messages, ({ roomId }) => roomId);
  for (const { id, lastOrdinal } of rooms) {
    const own = byRoom.get(id) ?? [];
    expect(own.length, 'messages of a room').to.equal(lastOrdinal);
    own.forEach(({ ordinal, createdMs }, index) => {
      expect(ordinal, 'an ordinal').to.equal(index + 1);
      expect(createdMs, 'a time').to.be.above(own[index - 1]?.createdMs ?? 0);
    });
  }
  const place = ({ roomId, ordinal }: { roomId: string; ordinal: number }) =>
    `${roomId} ${ordinal}`;
  const deleted = messages.filter(({ deletedMs }) => deletedMs !== null).map(place);
  const removed = removals.filter(({ userId }) => userId === '').map(place);
  expect(removed.sort(), 'what unread subtracts of deleted ones').to.deep.equal(deleted.sort());
  const gone = new Set(deleted);
  const twice = removals.filter((one) => one.userId !== '' && gone.has(place(one)));
  expect(twice, 'deleted, and subtracted once more').to.deep.equal([]);
}

/**
 * Everything with a reply exists once, and calls without a reply at most once. Their outcome is
 * recorded and final.
 */
export function expectPosted(ledger: Ledger, rows: Rows): void {
  const byId = new Map(rows.messages.map((row) => [row.id, row]));
  const direct = new Map(rows.rooms.map((room) => [room.directKey, room.id]));
  const roomOf = ({ by, entityId }: Sent) =>
    ledger.groups.has(entityId) ? entityId : direct.get(directKey(by.id, entityId));
  const unclaimed = new Set(rows.messages);
  for (const sent of ledger.sent.filter(({ id }) => id !== undefined)) {
    const row =
      byId.get(sent.id ?? '') ?? expect.fail(`${sent.mark} was answered and is not there`);
    expect(
      unclaimed.delete(row),
      `${sent.mark} and another were answered with the same id`,
    ).to.equal(true);
    expect({ ...sent, roomId: roomOf(sent) }, sent.mark).to.include({
      seq: row.seq,
      roomId: row.roomId,
    });
    expect(row.authorId, sent.mark).to.equal(sent.by.id);
  }
  const keyOf = (author: string, room: string | undefined, key: string) =>
    `${author} ${room} ${key}`;
  const rest = groupBy(unclaimed, ({ authorId, roomId, echoId, body }) =>
    keyOf(authorId, roomId, echoId ?? body.split(' ')[0] ?? ''),
  );
  for (const sent of ledger.sent.filter(({ id }) => id === undefined)) {
    const [row] = rest.get(keyOf(sent.by.id, roomOf(sent), sent.echoId ?? sent.mark)) ?? [];
    if (row && sent.outcome === 'unknown') {
      unclaimed.delete(row);
      Object.assign(sent, { id: row.id, seq: row.seq, outcome: 'made' });
    } else sent.outcome = 'not made';
  }
  const strange = [...unclaimed].map(({ id, body, echoId, seq }) => ({ id, body, echoId, seq }));
  expect(strange, 'posted twice, or although the answer was that nothing happened').to.deep.equal(
    [],
  );

  const keyed = ledger.sent.filter(({ id, echoId }) => id && echoId).map(({ id }) => id);
  expect(rows.echoes.map(({ madeId }) => madeId).sort(), 'keys').to.deep.equal(keyed.sort());
}

/** Each message has the text, files, reactions and deletion that the replies confirmed. */
export function expectAsAnswered(ledger: Ledger, rows: Rows): void {
  const byId = new Map(rows.messages.map((row) => [row.id, row]));
  const links = groupBy(rows.links, ({ messageId }) => messageId);
  const reactions = groupBy(rows.reactions, ({ messageId }) => messageId);
  const hidden = new Set(
    rows.removals.map(({ roomId, userId, ordinal }) => `${roomId} ${userId} ${ordinal}`),
  );
  const edits = groupBy(
    rows.events.filter(({ name }) => name === 'chat.edit'),
    ({ messageId }) => messageId,
  );
  for (const sent of ledger.sent) {
    const row = byId.get(sent.id ?? '');
    if (!row) continue;
    sent.deleted = finalState(sent.deleted, row.deletedMs !== null, `${sent.mark} deleted`);
    const published = edits.get(row.id)?.length ?? 0;
    expect(row.version, `version of ${sent.mark}`).to.equal(1 + published);
    expect(published, `edits of ${sent.mark}`).to.be.within(
      sent.edits,
      sent.edits + sent.unknownEdits,
    );
    Object.assign(sent, { edits: published, unknownEdits: 0 });
    expect(row.forwardOf, sent.mark).to.equal(sent.source?.id ?? null);

    const files = (links.get(row.id) ?? []).map(({ nid }) => nid);
    const reacted = (reactions.get(row.id) ?? []).map(({ userId }) => userId);
    expect(row.reactions, `reactions of ${sent.mark}`).to.equal(reacted.length);
    if (sent.deleted === 'yes') {
      expect({ body: row.body, files, reacted }, sent.mark).to.deep.equal({
        body: '',
        files: [],
        reacted: [],
      });
      continue;
    }
    expectText(sent, row.body);
    expect(files, `files of ${sent.mark}`).to.deep.equal(sent.nids);
    for (const { id } of ledger.people) {
      const isHidden = hidden.has(`${row.roomId} ${id} ${row.ordinal}`);
      sent.hidden.set(id, finalState(sent.hidden.get(id), isHidden, `${sent.mark} hidden`));
      sent.reacted.set(
        id,
        finalState(sent.reacted.get(id), reacted.includes(id), `reaction to ${sent.mark}`),
      );
    }
  }
}

function finalState(state: State = 'no', is: boolean, what: string): State {
  const found = is ? 'yes' : 'no';
  if (state !== 'maybe') expect(found, what).to.equal(state);
  return found;
}

function expectText(sent: Sent, body: string): void {
  let origin = sent;
  while (origin.source) origin = origin.source;
  // A copy has one of the texts that its original had at that time.
  if (origin !== sent && sent.texts.length === 0)
    expect(body.split(' ')[0], sent.mark).to.equal(origin.mark);
  else expect(body, sent.mark).to.be.oneOf(sent.texts);
  sent.texts = [body];
}

export function groupBy<T>(all: Iterable<T>, keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
