import type { Card, MessageData, Reaction, RoomInfo, StagedFile, StoredFile } from '../acl/entities.ts';
import type { Person } from '../db/members.ts';
import type { MessageView } from '../db/messages.ts';
import type { ReactionView } from '../db/reactions.ts';
import type { RoomRecord } from '../db/rooms.ts';

export const toSeconds = (ms: number): number => Math.floor(ms / 1000);

export const presentCard = ({ id, firstname, lastname }: Person): Card => ({
  id,
  firstname,
  lastname,
  surname: [firstname, lastname].filter(Boolean).join(' '),
});

/** A message, the same for everyone who may see it. */
export const presentMessage = (view: MessageView, reactions: readonly ReactionView[] = []): MessageData => ({
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
  reactions: presentReactions(reactions),
  ordinal: view.ordinal,
});

/** A message as news. */
export const presentNews = (view: MessageView, reactions: readonly ReactionView[] = []) => ({
  ...presentMessage(view, reactions),
  notify: toAlert(view),
});

/** Whom a message alerts: those whom it mentions (newly, when it is edited), but never its author. */
export const toAlert = ({ authorId, mentionIds }: MessageView, before: readonly string[] = []): string[] =>
  mentionIds.filter((id) => id !== authorId && !before.includes(id));

export const presentReactions = (views: readonly ReactionView[] = []): Reaction[] =>
  views.map(({ emoji, count, userIds }) => ({ emoji, count, user_ids: userIds }));

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

export const presentFile = (file: StoredFile): StagedFile => ({
  nid: file.id,
  file_name: file.fileName,
  filesize: file.filesize,
  extension: file.extension,
  category: file.category,
  mimetype: file.mimetype,
  ...(file.width === null || file.height === null ? {} : { width: file.width, height: file.height }),
  has_thumbnail: file.hasThumbnail ? 1 : 0,
});
