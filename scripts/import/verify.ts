import type { MessageRow } from '../../acl/entities/message.ts';
import { type ComparedRoom, Comparison } from './compare.ts';
import { expectRooms } from './expectation.ts';
import { findHub, type ImportHub, lastSeq, listMembers, listRooms, type Target } from './hub.ts';
import type { OnProgress } from './import.ts';
import type { Line } from './lines.ts';
import { listParticipants, readHistory } from './progress.ts';
import { forEach } from './retry.ts';
import { compareUser } from './verify-user.ts';

export interface Verdict {
  hubId: string;
  /** How many values of each kind were compared. */
  checked: Record<string, number>;
  differences: string[];
}

/** Compares a hub with the file, as each of its users sees it. Changes nothing. */
export async function verifyLines(
  lines: readonly Line[],
  target: Target,
  onProgress: OnProgress = () => {},
): Promise<Verdict> {
  const comparison = new Comparison();
  const hub = await findHub(target);
  const seqBefore = await lastSeq(hub);
  const nicknames = [...new Set(lines.map((line) => line.author))];
  const expected = expectRooms(lines);
  const total = expected.size + nicknames.length;
  let count = 0;
  const advance = () => onProgress(++count, total);

  await compareUsers(comparison, hub, nicknames);
  const ids = await listRooms(hub);
  const rooms: ComparedRoom[] = [];
  await forEach(expected, target.concurrency, async ([day, room]) => {
    const id = ids.get(day);
    comparison.check('room', day, id !== undefined, true);
    if (id === undefined) return;
    const rows: MessageRow[] = [];
    for await (const row of readHistory(hub.importer.client, id)) rows.push(row);
    const compared = { ...room, day, id, rows: rows.reverse() };
    rooms.push(compared);
    compareHistory(comparison, hub, compared);
    await compareParticipants(comparison, hub, compared);
    advance();
  });
  await forEach(nicknames, target.concurrency, async (nickname) => {
    const userId = hub.users.get(nickname);
    if (userId === undefined) return;
    await compareUser(comparison, await hub.clientOf(userId), nickname, rooms);
    advance();
  });
  const events = (await lastSeq(hub)) - seqBefore;
  comparison.check('event caused by verifying', `hub ${hub.id}`, events, 0);
  const { checked, differences } = comparison;
  return { hubId: hub.id, checked, differences };
}

/** There must be exactly one user of each nickname. */
async function compareUsers(
  comparison: Comparison,
  { importer }: ImportHub,
  nicknames: readonly string[],
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { firstname, lastname } of await listMembers(importer.client))
    if (lastname === '') counts.set(firstname, (counts.get(firstname) ?? 0) + 1);
  for (const nickname of nicknames)
    comparison.check('user', nickname, counts.get(nickname) ?? 0, 1);
}

function compareHistory(
  comparison: Comparison,
  { users }: ImportHub,
  { day, messages, rows }: ComparedRoom,
): void {
  comparison.check('length of history', day, rows.length, messages.length);
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  messages.forEach(({ author, text, replyTo }, index) => {
    const where = `${day}, message ${index + 1}`;
    const row = byOrdinal.get(index + 1);
    const message = row && [row.author_id, row.entity.firstname, row.message];
    comparison.check('message', where, message, [users.get(author), author, text]);
    const parent = replyTo === undefined ? undefined : messages[replyTo - 1];
    const parentId = replyTo === undefined ? undefined : byOrdinal.get(replyTo)?.message_id;
    const expected = parent
      ? [parentId, parentId, parent.text, users.get(parent.author), parent.author]
      : null;
    const kind = parent ? 'reply' : 'message that is no reply';
    comparison.check(kind, where, threadOf(row), expected);
  });
}

function threadOf(row: MessageRow | undefined): unknown[] | null {
  if (!row?.thread) return null;
  const { message_id: id, message, author_id: authorId, entity } = row.thread;
  return [row.thread_id, id, message, authorId, entity?.firstname];
}

async function compareParticipants(
  comparison: Comparison,
  hub: ImportHub,
  { day, id, pointers }: ComparedRoom,
): Promise<void> {
  const rows = await listParticipants(hub.importer.client, id);
  const byUser = new Map(rows.map((row) => [row.user_id, row]));
  comparison.check('number of members', day, rows.length, pointers.size + 1);
  comparison.check('owner', day, byUser.get(hub.importer.id)?.is_owner, 1);
  for (const nickname of pointers.keys()) {
    const row = byUser.get(hub.users.get(nickname) ?? '');
    const member = row && [row.firstname, row.is_owner];
    comparison.check('membership', `${day}, ${nickname}`, member, [nickname, 0]);
  }
}
