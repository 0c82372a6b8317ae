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

/** Returns the room of a conversation without a read; undefined if it is not known. */
export function hintedRoomId(hub: Hub, conversation: Addressed): string | undefined {
  const [direct, other] = hintsOf(hub, conversation);
  return hints.get(direct) ?? hints.get(other);
}

/** Keeps the room of a conversation, as a row says that has been committed. */
export function keepRoomHint(
  hub: Hub,
  conversation: Addressed,
  room: { roomId: string; directKey: string | null },
): void {
  const [direct, other] = hintsOf(hub, conversation);
  keep(room.directKey === null ? other : direct, room.roomId);
}

/** Returns the rooms of conversations, in their order; undefined where no room exists. */
export async function findRoomIds(
  hub: Hub,
  conversations: readonly Addressed[],
): Promise<(string | undefined)[]> {
  const known = conversations.map((one) => hintedRoomId(hub, one));
  if (!known.includes(undefined)) return known;
  return readRoomIds(hub, conversations);
}

/** Returns the same by what the database says, whatever was known. */
export async function readRoomIds(
  hub: Hub,
  conversations: readonly Addressed[],
): Promise<(string | undefined)[]> {
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
  const found = new Map(rows.map(({ id, directKey: key }) => [`${hub.id} ${key ?? id}`, id]));
  for (const hint of conversations.flatMap((one) => hintsOf(hub, one))) hints.delete(hint);
  for (const [hint, id] of found) keep(hint, id);
  return conversations.map((one) => {
    const [direct, other] = hintsOf(hub, one);
    return found.get(direct) ?? found.get(other);
  });
}

/** Keeps the room of a direct conversation that this transaction makes, once it has committed. */
export function hintRoom(hub: Hub, conversation: Addressed, roomId: string): void {
  const [direct] = hintsOf(hub, conversation);
  hub.whenEnded((outcome) => {
    if (outcome === 'committed') keep(direct, roomId);
  });
}

function keep(hint: string, roomId: string): void {
  hints.set(hint, roomId);
  for (const oldest of hints.keys()) {
    if (hints.size <= maxHints) break;
    hints.delete(oldest);
  }
}
