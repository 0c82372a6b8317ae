/** Rooms together with the member's own row in them. */
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { directKey, entityOf, peerOf } from '../../rows/rooms/direct-key.ts';
import { columnsOf, participants, rooms, type Selected } from '../../tables/index.ts';

const roomColumns = columnsOf(rooms, {
  alias: 'r',
  except: [
    'hubId',
    'search',
    'channelKey',
    'externalId',
    'historyLimit',
    'expireDays',
    'removedAt',
    'expiredAt',
    'purgedAt',
    'lastSeq',
  ],
});
const ownColumns = columnsOf(participants, {
  alias: 'p',
  only: ['owner', 'pointer', 'postedAt', 'archivedAt', 'joinedSeq'],
});

type Own = Selected<typeof ownColumns>;
type Room = Selected<typeof roomColumns>;

/** A room that a member is in, and the member's own row. */
export interface Conversation extends Own {
  entityId: string;
  /** The other user of a direct conversation. */
  peerId: string | null;
  room: Room;
}

/** The room id of the conversation that has this entity_id for a user. It checks no right. */
export const roomOfEntity = (hub: Hub, userId: string, entityId: string): Part => [
  'COALESCE((SELECT id FROM rooms WHERE hub_id = ? AND direct_key = ?), ?)',
  ...[hub.id, directKey(userId, entityId), entityId],
];

/** Returns a member's conversations by entity_id: rooms they are in, and direct ones by user. */
export async function findConversations(
  hub: Hub,
  userId: string,
  entityIds: readonly string[],
): Promise<Map<string, Conversation>> {
  if (entityIds.length === 0) return new Map();
  const rows = await hub.read<Own & Room>(
    `SELECT ${roomColumns.list}, ${ownColumns.list} FROM rooms r JOIN participants p
       ON p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?
     WHERE r.hub_id = ? AND ((r.id IN (?) AND r.kind <> 'direct') OR r.direct_key IN (?))`,
    [userId, hub.id, entityIds, entityIds.map((id) => directKey(userId, id))],
  );
  return new Map(
    rows.map((row) => conversationOf(row, userId)).map((found) => [found.entityId, found]),
  );
}

/** Returns a member's conversations by room id. */
export async function listConversations(
  hub: Hub,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, Conversation>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<Own & Room>(
    `SELECT ${roomColumns.list}, ${ownColumns.list} FROM participants p
     JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.room_id IN (?) AND p.user_id = ?`,
    [hub.id, roomIds, userId],
  );
  return new Map(rows.map((row) => [row.id, conversationOf(row, userId)]));
}

function conversationOf(row: Own & Room, userId: string): Conversation {
  const { owner, pointer, postedAt, archivedAt, joinedSeq, ...room } = ownColumns.decode(
    roomColumns.decode(row),
  );
  return {
    entityId: entityOf(room, userId),
    peerId: room.directKey && peerOf(room, userId),
    room,
    owner,
    pointer,
    postedAt,
    archivedAt,
    joinedSeq,
  };
}
