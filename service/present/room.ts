import type { RoomInfo, RoomRow } from '../../acl/entities/room.ts';
import { isOver } from '../../acl/language/time.ts';
import type { Choice } from '../../db/reading/identity/quiet.ts';
import type { ListedConversation } from '../../db/reading/rooms/conversation-list.ts';
import type { Person } from '../../db/rows/identity/users.ts';
import type { RoomRecord } from '../../db/rows/rooms/rooms.ts';
import { cursorOf } from './cursors.ts';
import { presentCard } from './member.ts';
import { toSeconds } from './time.ts';

/** Returns a group room as such, the same for everyone. */
export const presentRoom = (room: RoomRecord, ownerIds: string[]): RoomInfo => ({
  entity_id: room.id,
  room_id: room.id,
  name: room.name,
  description: room.description,
  created_by: room.createdBy,
  ctime: toSeconds(room.createdMs),
  owner_ids: ownerIds,
  member_count: room.memberCount,
  visibility: room.isPublic ? 'public' : 'private',
  is_archived: room.archived ? 1 : 0,
  // Channels are open to the system.
  system_access: room.kind !== 'group' || room.systemAccessAt !== null ? 1 : 0,
  external_id: room.externalId,
  made_by_key: room.kind === 'group' && room.createdBy === '' ? 1 : 0,
});

/** Returns a conversation as a row of one member's lists. */
export function presentConversation(
  row: ListedConversation,
  tagIds: string[],
  { hubId, page, now }: { hubId: string; page: number; now: number },
): RoomRow {
  const peer = row.peerId
    ? presentCard({
        id: row.peerId,
        firstname: row.firstname ?? '',
        lastname: row.lastname ?? '',
      })
    : null;
  return {
    entity_id: entityIdOf(row),
    room_id: row.id || null,
    hub_id: hubId,
    flag: row.kind === 'direct' ? 'contact' : 'share',
    contact_id: row.peerId,
    firstname: peer?.firstname ?? null,
    lastname: peer?.lastname ?? null,
    surname: peer?.surname ?? null,
    group_name: peer ? null : row.name,
    display: peer?.surname ?? row.name,
    member_count: row.memberCount,
    last_message: row.message ?? '',
    last_message_id: row.messageId,
    last_author_id: row.authorId,
    is_attachment: row.attachmentCount ? 1 : 0,
    last_activity: toSeconds(row.lastAtMs),
    last_activity_ms: row.lastAtMs,
    unread_count: row.unread,
    is_archived: row.isArchived,
    is_blocked: row.isBlocked,
    status: row.isArchived ? 'archived' : 'active',
    tag_ids: tagIds,
    ...presentChoice(isOver(row.notifyUntilMs, now) ? noChoice : row),
    pointer: row.pointer,
    last_ordinal: row.lastOrdinal,
    page,
    cursor: cursorOf({ ms: row.lastAtMs, id: row.id }),
  };
}

/** A level that was not chosen, or no longer holds. */
const noChoice: Choice = { notifyLevel: null, notifyUntilMs: null };

/** Returns what notifies a member in a conversation. */
export const presentChoice = ({
  notifyLevel,
  notifyUntilMs,
}: Choice): Pick<RoomRow, 'notify_level' | 'notify_until_ms'> => ({
  notify_level: notifyLevel ?? 'default',
  notify_until_ms: notifyUntilMs,
});

/** Returns how the member addresses a listed conversation: by the other user, or by the room. */
export const entityIdOf = ({ peerId, id }: ListedConversation): string => peerId ?? id;

/** Returns the list entry of a direct conversation that has no message, and so no room, yet. */
export const emptyConversation = (
  { id, firstname, lastname }: Person,
  isBlocked: boolean,
): ListedConversation => ({
  id: '',
  kind: 'direct',
  name: '',
  memberCount: 2,
  lastOrdinal: 0,
  lastAtMs: 0,
  pointer: 0,
  ...noChoice,
  unread: 0,
  isArchived: 0,
  peerId: id,
  firstname,
  lastname,
  isBlocked: isBlocked ? 1 : 0,
  messageId: null,
  message: null,
  authorId: null,
  attachmentCount: null,
});
