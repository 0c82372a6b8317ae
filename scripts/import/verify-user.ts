import type { RoomRow } from '../../acl/entities/room.ts';
import { pageRows } from '../../acl/language/limits.ts';
import { CallError, type Client } from '../../client/index.ts';
import type { ComparedRoom, Comparison } from './compare.ts';
import { expectUnread } from './expectation.ts';

const messagesPerPage = 100;

/** Compares what a user sees: their room list, counters, and the newest page of each room. */
export async function compareUser(
  comparison: Comparison,
  client: Client,
  nickname: string,
  rooms: readonly ComparedRoom[],
): Promise<void> {
  const own = rooms.filter(({ pointers }) => pointers.has(nickname)).sort(byActivity);
  const rows = await listConversations(client);
  const [found, expected] = [rows.map((row) => row.entity_id), own.map((room) => room.id)];
  comparison.check('room list', nickname, found, expected);
  for (const room of own) {
    const row = rows.find(({ entity_id: id }) => id === room.id);
    await compareRoom(comparison, client, nickname, room, row);
  }
  await compareCounters(comparison, client, nickname, own);
  for (const { day, id } of rooms.filter(({ left }) => left.has(nickname))) {
    const result = await client.chat.messages({ entity_id: id, mark_read: 0 }).catch(codeOf);
    comparison.check('room after leaving', `${nickname} in ${day}`, result, 'ROOM_NOT_FOUND');
  }
}

async function compareRoom(
  comparison: Comparison,
  client: Client,
  nickname: string,
  room: ComparedRoom,
  row: RoomRow | undefined,
): Promise<void> {
  const where = `${nickname} in ${room.day}`;
  const unread = expectUnread(room, nickname);
  const pages = Math.ceil(unread / pageRows);
  const entity_id = room.id;
  comparison.check('row of a room list', where, presentRow(row), expectRow(room, nickname));
  comparison.check('unread', where, row?.unread_count, unread);
  comparison.check('chat.to_read', where, await client.chat.to_read({ entity_id }).catch(codeOf), {
    entity_id,
    unread,
    pages_to_read: pages,
    page: Math.max(pages, 1),
  });
  const newest = await client.chat
    .messages({ entity_id, limit: messagesPerPage, mark_read: 0 })
    .then((page) => page.map((message) => [message.message_id, message.is_notify]), codeOf);
  comparison.check('newest page', where, newest, expectPage(room, nickname));
}

async function compareCounters(
  comparison: Comparison,
  client: Client,
  nickname: string,
  rooms: readonly ComparedRoom[],
): Promise<void> {
  const unreads = rooms.map((room) => expectUnread(room, nickname));
  const sum = unreads.reduce((total, unread) => total + unread, 0);
  comparison.check('chat.count_all', nickname, await client.chat.count_all(), {
    total_cnt: sum,
    contact_chat_cnt: 0,
    share_chat_cnt: sum,
    archive_chat_cnt: 0,
    head_chat_cnt: unreads.filter((unread) => unread > 0).length,
    support_cnt: 0,
  });
}

/** Returns the id of each of the newest messages with whether it is unread, newest first. */
function expectPage({ messages, pointers, rows }: ComparedRoom, nickname: string): unknown[] {
  const ids = new Map(rows.map((row) => [row.ordinal, row.message_id]));
  const pointer = pointers.get(nickname) ?? 0;
  const page = messages.map(({ author }, index) => [
    ids.get(index + 1) ?? null,
    index + 1 > pointer && author !== nickname ? 1 : 0,
  ]);
  return page.slice(-messagesPerPage).reverse();
}

const byActivity = (a: ComparedRoom, b: ComparedRoom): number =>
  (b.rows.at(-1)?.ctime_ms ?? 0) - (a.rows.at(-1)?.ctime_ms ?? 0) || (a.id < b.id ? -1 : 1);

const presentRow = (row: RoomRow | undefined) =>
  row && {
    name: row.group_name,
    members: row.member_count,
    message: row.last_message,
    author: row.last_author_id,
    id: row.last_message_id,
    activity: row.last_activity_ms,
    pointer: row.pointer,
    ordinal: row.last_ordinal,
  };

function expectRow({ day, pointers, messages, rows }: ComparedRoom, nickname: string) {
  const newest = rows.at(-1);
  return {
    name: day,
    members: pointers.size + 1,
    message: [...(messages.at(-1)?.text ?? '')].slice(0, 200).join(''),
    author: newest?.author_id ?? null,
    id: newest?.message_id ?? null,
    activity: newest?.ctime_ms,
    pointer: pointers.get(nickname),
    ordinal: messages.length,
  };
}

async function listConversations(client: Client): Promise<RoomRow[]> {
  const rows: RoomRow[] = [];
  for (let page = 1; ; page++) {
    const more = await client.chat.chat_rooms({ page });
    rows.push(...more);
    if (more.length < pageRows) return rows;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof CallError) return error.code;
  throw error;
}
