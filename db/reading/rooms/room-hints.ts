/**
 * Which room a conversation is: a direct one by its key, another one by its own id. A hint saves a
 * round trip. It is checked against the room's row, once that is locked.
 */
import type { Hub } from '../../connection/transaction.ts';
import { directKey } from '../../rows/rooms/direct-key.ts';

/** A conversation as a member addresses it. */
export interface Addressed {
  userId: string;
  entityId: string;
}

const maxHints = 50_000;
const hints = new Map<string, string>();

const hintsOf = (hub: Hub, { userId, entityId }: Addressed): [direct: string, other: string] => [
  `${hub.id} ${directKey(userId, entityId)}`,
  `${hub.id} ${entityId}`,
];

/** Returns the rooms of conversations, in their order; undefined where there is none. */
export async function findRoomIds(
  hub: Hub,
  conversations: readonly Addressed[],
): Promise<(string | undefined)[]> {
  const find = (one: Addressed): string | undefined => {
    const [direct, other] = hintsOf(hub, one);
    return hints.get(direct) ?? hints.get(other);
  };
  const unknown = conversations.filter((one) => find(one) === undefined);
  if (unknown.length > 0) await readHints(hub, unknown);
  return conversations.map(find);
}

/** Forgets what is known of conversations, and returns their rooms by what the database says. */
export async function readRoomIds(
  hub: Hub,
  conversations: readonly Addressed[],
): Promise<(string | undefined)[]> {
  for (const one of conversations) for (const hint of hintsOf(hub, one)) hints.delete(hint);
  return findRoomIds(hub, conversations);
}

/** Keeps the room of a direct conversation that is being made. */
export function hintRoom(hub: Hub, { userId, entityId }: Addressed, roomId: string): void {
  hints.set(`${hub.id} ${directKey(userId, entityId)}`, roomId);
}

async function readHints(hub: Hub, conversations: readonly Addressed[]): Promise<void> {
  const rows = await hub.read<{ id: string; directKey: string | null }>(
    `SELECT id, direct_key AS directKey FROM rooms WHERE hub_id = ? AND direct_key IN (?)
     UNION ALL SELECT id, NULL FROM rooms WHERE hub_id = ? AND id IN (?) AND kind <> 'direct'`,
    [
      hub.id,
      conversations.map(({ userId, entityId }) => directKey(userId, entityId)),
      hub.id,
      conversations.map(({ entityId }) => entityId),
    ],
  );
  for (const { id, directKey: key } of rows) hints.set(`${hub.id} ${key ?? id}`, id);
  for (const oldest of hints.keys()) {
    if (hints.size <= maxHints) break;
    hints.delete(oldest);
  }
}
