import type { MessageRow } from '../../acl/entities/message.ts';
import type { RoomRow } from '../../acl/entities/room.ts';
import { CallError, type Client } from '../../client/index.ts';
import { type ExpectedRoom, expectRooms, expectUnread } from './expectation.ts';
import { findHub, type ImportHub, lastSeq, listMembers, listRooms, type Target } from './hub.ts';
import type { OnProgress } from './import.ts';
import type { Line } from './lines.ts';
import { history, listParticipants } from './progress.ts';
import { forEach } from './retry.ts';

export interface Verdict {
  hubId: string;
  /** How many of each kind were compared. */
  checked: Record<string, number>;
  differences: string[];
}

/** A room of the hub beside what the file makes of it. */
interface Compared extends ExpectedRoom {
  day: string;
  id: string;
  /** Oldest first. */
  rows: MessageRow[];
}

/** Compares two values, counting under what kind; tells where they differ. */
type Compare = (kind: string, where: string, found: unknown, expected: unknown) => void;

const pageOfLists = 45;
const pageOfHistory = 100;

/** Compare a hub with the file, for each of its users as he himself sees it. Changes nothing. */
export async function verifyLines(
  lines: readonly Line[],
  target: Target,
  onProgress: OnProgress = () => {},
): Promise<Verdict> {
  const { concurrency } = target;
  const checked: Record<string, number> = {};
  const differences: string[] = [];
  const compare: Compare = (kind, where, found, expected) => {
    checked[kind] = (checked[kind] ?? 0) + 1;
    const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
    if (is !== should) differences.push(`${where}, ${kind}: is ${is}, should be ${should}`);
  };

  const hub = await findHub(target);
  const before = await lastSeq(hub);
  const nicknames = [...new Set(lines.map((line) => line.author))];
  const expected = expectRooms(lines);
  const total = expected.size + nicknames.length;
  let count = 0;
  const advance = () => onProgress(++count, total);

  const members = await listMembers(hub.importer.client);
  const namesakes = new Map<string, number>();
  for (const { firstname, lastname } of members)
    if (lastname === '') namesakes.set(firstname, (namesakes.get(firstname) ?? 0) + 1);
  for (const nickname of nicknames) compare('user', nickname, namesakes.get(nickname) ?? 0, 1);

  const ids = await listRooms(hub);
  const rooms: Compared[] = [];
  await forEach(expected, concurrency, async ([day, room]) => {
    const id = ids.get(day);
    compare('room', day, id !== undefined, true);
    if (id === undefined) return;
    const rows: MessageRow[] = [];
    for await (const row of history(hub.importer.client, id)) rows.push(row);
    const compared = { ...room, day, id, rows: rows.reverse() };
    rooms.push(compared);
    compareHistory(compare, hub, compared);
    await compareParticipants(compare, hub, compared);
    advance();
  });

  await forEach(nicknames, concurrency, async (nickname) => {
    const userId = hub.users.get(nickname);
    if (userId === undefined) return;
    await compareUser(compare, await hub.as(userId), nickname, rooms);
    advance();
  });
  compare('event caused by looking', `hub ${hub.id}`, (await lastSeq(hub)) - before, 0);
  return { hubId: hub.id, checked, differences };
}

function compareHistory(
  compare: Compare,
  { users }: ImportHub,
  { day, messages, rows }: Compared,
): void {
  compare('length of history', day, rows.length, messages.length);
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  messages.forEach(({ author, text, answers }, index) => {
    const where = `${day}, message ${index + 1}`;
    const row = byOrdinal.get(index + 1);
    compare('message', where, row && [row.author_id, row.entity.firstname, row.message], [
      users.get(author),
      author,
      text,
    ]);
    const parent = answers === undefined ? undefined : messages[answers - 1];
    const id = answers === undefined ? undefined : byOrdinal.get(answers)?.message_id;
    const thread = parent && [id, id, parent.text, users.get(parent.author), parent.author];
    const found = row?.thread && [
      row.thread_id,
      row.thread.message_id,
      row.thread.message,
      row.thread.author_id,
      row.thread.entity?.firstname,
    ];
    compare(parent ? 'reply' : 'message that is no reply', where, found ?? null, thread ?? null);
  });
}

async function compareParticipants(
  compare: Compare,
  hub: ImportHub,
  { day, id, pointers }: Compared,
): Promise<void> {
  const rows = await listParticipants(hub.importer.client, id);
  const found = new Map(rows.map((row) => [row.user_id, row]));
  compare('number of members', day, rows.length, pointers.size + 1);
  compare('owner', day, found.get(hub.importer.id)?.is_owner, 1);
  for (const nickname of pointers.keys()) {
    const row = found.get(hub.users.get(nickname) ?? '');
    compare('membership', `${day}, ${nickname}`, row && [row.firstname, row.is_owner], [
      nickname,
      0,
    ]);
  }
}

/** What a user finds: his lists, his counters, and the newest page of each of his rooms. */
async function compareUser(
  compare: Compare,
  client: Client,
  nickname: string,
  rooms: readonly Compared[],
): Promise<void> {
  const mine = rooms.filter(({ pointers }) => pointers.has(nickname)).sort(byActivity);
  const listed = await listConversations(client);
  const found = listed.map((row) => row.entity_id);
  compare(
    'room list',
    nickname,
    found,
    mine.map((room) => room.id),
  );
  for (const room of mine) {
    const where = `${nickname} in ${room.day}`;
    const row = listed.find(({ entity_id }) => entity_id === room.id);
    const unread = expectUnread(room, nickname);
    const pages = Math.ceil(unread / pageOfLists);
    compare('row of a room list', where, presentRow(row), expectRow(room, nickname));
    compare('unread', where, row?.unread_count, unread);
    const toRead = await client.chat.to_read({ entity_id: room.id }).catch(codeOf);
    const entity_id = room.id;
    compare('chat.to_read', where, toRead, {
      entity_id,
      unread,
      pages_to_read: pages,
      page: Math.max(pages, 1),
    });
    const newest = await client.chat
      .messages({ entity_id, limit: pageOfHistory, mark_read: 0 })
      .catch(codeOf);
    const page =
      typeof newest === 'string' ? newest : newest.map((row) => [row.message_id, row.is_notify]);
    compare('newest page', where, page, expectPage(room, nickname));
  }
  const unreads = mine.map((room) => expectUnread(room, nickname));
  const sum = unreads.reduce((all, unread) => all + unread, 0);
  compare('chat.count_all', nickname, await client.chat.count_all(), {
    total_cnt: sum,
    contact_chat_cnt: 0,
    share_chat_cnt: sum,
    archive_chat_cnt: 0,
    head_chat_cnt: unreads.filter((unread) => unread > 0).length,
    support_cnt: 0,
  });
  for (const { day, id } of rooms.filter(({ gone }) => gone.has(nickname))) {
    const answer = await client.chat.messages({ entity_id: id, mark_read: 0 }).catch(codeOf);
    compare('room closed after leaving', `${nickname} in ${day}`, answer, 'ROOM_NOT_FOUND');
  }
}

/** The newest messages with whether each is unread, newest first. */
function expectPage({ messages, pointers, rows }: Compared, nickname: string): unknown[] {
  const ids = new Map(rows.map((row) => [row.ordinal, row.message_id]));
  const pointer = pointers.get(nickname) ?? 0;
  const page = messages.map(({ author }, index) => [
    ids.get(index + 1) ?? null,
    index + 1 > pointer && author !== nickname ? 1 : 0,
  ]);
  return page.slice(-pageOfHistory).reverse();
}

const byActivity = (a: Compared, b: Compared): number =>
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

function expectRow({ day, pointers, messages, rows }: Compared, nickname: string) {
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
    if (more.length < pageOfLists) return rows;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof CallError) return error.code;
  throw error;
}
