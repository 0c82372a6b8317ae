import type { StagedFile, StoredFile } from '../../acl/entities/file.ts';
import type { Mail, SharedMail } from '../../acl/entities/mail.ts';
import type { Card } from '../../acl/entities/member.ts';
import type { MessageData, Reaction } from '../../acl/entities/message.ts';
import type { RoomInfo } from '../../acl/entities/room.ts';
import type { HubSettings, UserSettings } from '../../acl/entities/setting.ts';
import type { HubSettingsRecord, MemberSettingsRecord } from '../../db/rows/hubs/settings.ts';
import type { Person } from '../../db/rows/identity/members.ts';
import type { MailRecord, MailView } from '../../db/rows/mail/mail.ts';
import type { MessageView } from '../../db/rows/messages/messages.ts';
import type { ReactionView } from '../../db/rows/messages/reactions.ts';
import type { RoomRecord } from '../../db/rows/rooms/rooms.ts';

export const toSeconds = (ms: number): number => Math.floor(ms / 1000);

export const presentCard = ({ id, firstname, lastname }: Person): Card => ({
  id,
  firstname,
  lastname,
  surname: [firstname, lastname].filter(Boolean).join(' '),
});

/** A message, the same for everyone who may see it. */
export const presentMessage = (
  view: MessageView,
  reactions: readonly ReactionView[] = [],
): MessageData => ({
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
  root_id: view.rootId,
  thread: presentThread(view),
  content: view.content,
  from: view.sender,
  mention_ids: view.mentionIds,
  reactions: presentReactions(reactions),
  ordinal: view.ordinal,
});

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
  visibility: room.isPublic ? 'public' : 'private',
  is_archived: room.archived ? 1 : 0,
});

export const presentFile = (file: StoredFile): StagedFile => ({
  nid: file.id,
  file_name: file.fileName,
  filesize: file.filesize,
  extension: file.extension,
  category: file.category,
  mimetype: file.mimetype,
  ...(file.width === null || file.height === null
    ? {}
    : { width: file.width, height: file.height }),
  has_thumbnail: file.hasThumbnail ? 1 : 0,
});

export const presentHubSettings = ({
  retentionDays,
  reactionsEnabled,
}: HubSettingsRecord): HubSettings => ({
  message_retention_days: retentionDays,
  reactions_enabled: reactionsEnabled ? 1 : 0,
});

export const presentUserSettings = (settings: MemberSettingsRecord): UserSettings => ({
  user_id: settings.userId,
  muted: settings.muted ? 1 : 0,
  mentions_only: settings.mentionsOnly ? 1 : 0,
  notify_on_reactions: settings.notifyOnReactions ? 1 : 0,
  mobile_notifications: settings.mobileNotifications,
});

export const presentSharedMail = (mail: MailRecord): SharedMail => ({
  message_id: mail.id,
  message_version: mail.version,
  message_created_ms: mail.createdMs,
  message_updated_ms: mail.updatedMs,
  from: { id: mail.fromId, name: mail.fromName, pic: mail.fromPic },
  to_ids: mail.toIds ?? [],
  sent_ms: mail.sentMs,
  content: mail.content,
});

export const presentMail = (mail: MailView): Mail => ({
  ...presentSharedMail(mail),
  owner_id: mail.ownerId,
  box: mail.box,
  is_read: mail.isRead ? 1 : 0,
  version: mail.entryVersion,
  created_ms: mail.entryCreatedMs,
  updated_ms: mail.entryUpdatedMs,
});
