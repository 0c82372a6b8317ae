import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { ErrorCode } from '../../../acl/language/errors.ts';
import { app } from '../../support/app.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { PlainMessage } from '../../support/message.ts';
import type { Answer } from '../../support/request.ts';
import type { Device } from '../../support/socket.ts';

/** Message ids that do not exist, most of them malformed. */
export const unknownIds = ['nothing', 'not an id', '', '\u0000', 'x'.repeat(70)];

/** The id of a new message. */
export const post = async (
  author: Member,
  entityId: string,
  message = 'Hi',
  more: object = {},
): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message, ...more })).message_id;

/** The ids of this many new messages of one author in one conversation, the oldest first. */
export async function posts(author: Member, entityId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push(await post(author, entityId, `Message ${n}`));
  return ids;
}

/** Refused to a member of another hub with 403, and to a caller without a token with 401. */
export async function expectMembersOnly(
  method: string,
  hubId: string,
  body: object = {},
): Promise<void> {
  const { token } = (await newHub({ stranger: 7 })).members.stranger;
  expect((await raw(method, { token, hubId, body })).status).to.equal(403);
  expect((await raw(method, { hubId, body })).status).to.equal(401);
}

/**
 * The call fails with this code unless the id names a conversation of the caller. The cases are
 * malformed ids, the caller's own id, the ids of a former member, of a stranger and of a direct
 * room, and a group whose participant the caller is not, is no longer, or only administers.
 */
export async function expectOwnConversationsOnly(
  call: (caller: Member, entityId: string) => Promise<{ entity_id: string }>,
  code: ErrorCode,
  ...malformed: string[]
): Promise<void> {
  const { members, operator } = await newHub({ alice: 7, bob: 7, removed: 7, admin: 31, gone: 7 });
  const { alice, bob, removed, admin, gone } = members;
  const { stranger } = (await newHub({ stranger: 7 })).members;
  const room = await newRoom(alice, removed);
  const { room_id: direct } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
  expect(await call(removed, room)).to.include({ entity_id: room });
  await alice.room.remove({ entity_id: room, user_id: removed.id });
  await operator.hub.remove_member({ user_id: gone.id });
  const unknown = ['nobody', '', '\u0000', alice.id, gone.id, direct, stranger.id, ...malformed];
  for (const id of unknown) await refused(call(alice, id), code);
  for (const member of [bob, removed, admin, stranger]) await refused(call(member, room), code);
}

/** The newest message of a conversation as a member sees it; nothing is marked as read. */
export const newest = async (member: Member, entityId: string) =>
  (await member.chat.messages({ entity_id: entityId, mark_read: 0 }))[0];

/** The data that an event of the message has. */
export const dataOf = (reply: Awaited<ReturnType<Member['chat']['edit']>>): object =>
  PlainMessage.parse(reply);

/** All rows of a hub's event log, as JSON text. */
export async function logOf(hubId: string): Promise<string> {
  const [rows] = await app().pool.query('SELECT * FROM events WHERE hub_id = ?', [hubId]);
  return JSON.stringify(rows);
}

/**
 * Every method that returns a member's unread count and pointer agrees on these values, and
 * chat.count_all on the sum over all conversations.
 */
export async function expectUnread(
  member: Member,
  entityId: string,
  unread: number,
  pointer: number,
): Promise<void> {
  const [active, archived, info, toRead, counters] = await Promise.all([
    member.chat.chat_rooms(),
    member.chat.chat_rooms({ option: 'archived' }),
    member.chat.chat_room_info({ key: entityId }),
    member.chat.to_read({ entity_id: entityId }),
    member.chat.count_all(),
  ]);
  const rows = [...active, ...archived];
  expect(rows.find((row) => row.entity_id === entityId)).to.include({
    unread_count: unread,
    pointer,
  });
  expect(info).to.include({ unread_count: unread, pointer });
  expect(toRead.unread).to.equal(unread);
  expect(counters.total_cnt).to.equal(rows.reduce((total, row) => total + row.unread_count, 0));
}

/** The reader's read pointer, as a participant of the room sees it. */
export const shownPointer = async (viewer: Member, room: string, reader: Member) =>
  (await viewer.room.participants({ entity_id: room })).find((one) => one.user_id === reader.id)
    ?.pointer;

/** The names and ordinals of the reader's read events that a device has received, in order. */
export const readEvents = (device: Device, reader: Member) =>
  device.received.flatMap((event) =>
    (event.name === 'chat.acknowledge' || event.name === 'chat.mark_unread') &&
    event.data.user_id === reader.id
      ? `${event.name} ${event.data.ordinal}`
      : [],
  );

/** The ids of the pinned messages, the newest pin first. */
export const pinned = async (member: Member, entityId: string): Promise<string[]> =>
  (await member.chat.pins({ entity_id: entityId })).map((pin) => pin.message_id);

export const pinAll = async (member: Member, ids: readonly string[]): Promise<void> => {
  for (const id of ids) await member.chat.pin({ message_id: id });
};

/** The message of a listed pin, as events show it. */
export const messageOf = (pin: unknown) => PlainMessage.parse(pin);

/**
 * A message's reactions as [emoji, count, users…], after a check that chat.get, chat.messages and
 * chat.thread return the same.
 */
export async function shownReactions(reader: Member, entityId: string, id: string) {
  const { chat } = reader;
  const [found] = await chat.get({ message_ids: [id] });
  const filesOf = await chat.messages({ entity_id: entityId, mark_read: 0 });
  const thread = await chat.thread({ thread_id: id });
  const rows = [found, ...[...filesOf, ...thread].filter((row) => row.message_id === id)];
  expect(rows).to.have.length(3);
  for (const row of rows) {
    expect(row?.reactions).to.deep.equal(found?.reactions);
    expect(row?.my_reactions).to.deep.equal(found?.my_reactions);
  }
  return {
    reactions: (found?.reactions ?? []).map(({ emoji, count, user_ids }) => [
      emoji,
      count,
      ...user_ids,
    ]),
    mine: found?.my_reactions ?? [],
  };
}

/** The number of a message's rows in `reactions`, and its `reaction_count`. */
export async function storedReactions(
  hubId: string,
  id: string,
): Promise<{ rows: number; count: number }> {
  const [[found]] = await app().pool.query<(RowDataPacket & { rows: number; count: number })[]>(
    `SELECT m.reaction_count AS count, (SELECT COUNT(*) FROM reactions r
       WHERE r.hub_id = m.hub_id AND r.message_id = m.id) AS \`rows\`
     FROM messages m WHERE m.hub_id = ? AND m.id = ?`,
    [hubId, id],
  );
  return found ?? expect.fail(`message ${id} has no row`);
}

/** Distinct emoji. */
export const emojis = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => String.fromCodePoint(0x1f600 + i));

/** The response has this status and error, and its first detail names the parameter. */
export function expectRefusal(
  { status, body }: Answer,
  expected: [number, string],
  parameter: string,
): void {
  expect([status, body.error], body.details?.join()).to.deep.equal(expected);
  expect(body.details[0]).to.match(new RegExp(`^${parameter}: .`));
}

/** The nids on the first page of a message's files. */
export const filesOf = async (member: Member, messageId: string) =>
  (await member.chat.attachment({ message_id: messageId })).map((file) => file.nid);

/** The outcomes of all calls, sorted: 'done', or the error code. */
export async function outcomesOf(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled
    .map((one) => (one.status === 'fulfilled' ? 'done' : String(one.reason.code ?? one.reason)))
    .sort();
}
