import type { Card, MessageData, RoomInfo } from '../acl/entities.ts';
import type { Person } from '../db/members.ts';
import type { MessageView } from '../db/messages.ts';
import type { RoomRecord } from '../db/rooms.ts';

export const toSeconds = (ms: number): number => Math.floor(ms / 1000);

export const presentCard = ({ id, firstname, lastname }: Person): Card => ({
  id,
  firstname,
  lastname,
  surname: [firstname, lastname].filter(Boolean).join(' '),
});

/** A message, the same for everyone who may see it. */
export const presentMessage = (view: MessageView): MessageData => ({
  message_id: view.id,
  room_id: view.roomId,
  message: view.body,
  author_id: view.authorId,
  entity: presentCard(view.author),
  ctime: toSeconds(view.createdMs),
  ctime_ms: view.createdMs,
  version: view.version,
  edited: view.editedMs === null ? 0 : 1,
  edited_ms: view.editedMs,
  is_forward: view.forwardOf === null ? 0 : 1,
  forward_message_id: view.forwardOf,
  is_attachment: view.attachmentCount > 0 ? 1 : 0,
  attachment_count: view.attachmentCount,
  thread_id: view.threadId,
  thread: presentThread(view),
  mention_ids: view.mentionIds,
  ordinal: view.ordinal,
});

function presentThread({ threadId, thread }: MessageView): MessageData['thread'] {
  if (!threadId || !thread) return null;
  if (thread.deleted) return { message: 'DELETED', message_id: threadId };
  return {
    message_id: threadId,
    message: thread.body,
    author_id: thread.authorId,
    is_attachment: thread.attachmentCount > 0 ? 1 : 0,
    entity: presentCard(thread.author),
  };
}

export const presentRoom = (room: RoomRecord, ownerIds: string[]): RoomInfo => ({
  entity_id: room.id,
  room_id: room.id,
  name: room.name,
  description: room.description,
  created_by: room.createdBy,
  ctime: toSeconds(room.createdMs),
  owner_ids: ownerIds,
  member_count: room.memberCount,
  is_archived: room.archived ? 1 : 0,
});
