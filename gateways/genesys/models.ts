import type { z } from 'zod';
import type { MessageRow, Pin } from '../../acl/entities/message.ts';
import type { Participant, RoomInfo } from '../../acl/entities/room.ts';
import type { UserSettings } from '../../acl/entities/setting.ts';
import { basePath, roomJid, userJid } from './ids.ts';

/** The user for whom something is presented, and the hub that is part of every JID. */
interface Viewer {
  hubId: string;
  userId: string;
}

export const toDate = (ms: number): string => new Date(ms).toISOString();

const selfUri = (path: string, id: string): string =>
  `${basePath}${path}/${encodeURIComponent(id)}`;
export const userRef = (id: string) => ({ id, selfUri: selfUri('/users', id) });
export const messageRef = ({ message_id: id }: Pick<Pin, 'message_id'>) => ({
  id,
  selfUri: selfUri('/chats/messages', id),
});

/** Whether a message is part of a conversation of two users rather than of a room. */
export const isDirect = (row: Pick<MessageRow, 'entity_id' | 'room_id'>): boolean =>
  row.entity_id !== row.room_id;

export function presentMessage(row: MessageRow, { hubId, userId }: Viewer) {
  // In a direct conversation entity_id is the viewer's peer, also in what the peer wrote.
  const receiver = row.author_id === userId ? row.entity_id : userId;
  const target = isDirect(row)
    ? { toJid: userJid(hubId, receiver), toUser: userRef(receiver) }
    : { toJid: roomJid(hubId, row.room_id) };
  return {
    id: row.message_id,
    dateCreated: toDate(row.ctime_ms),
    dateModified: row.edited_ms === null ? undefined : toDate(row.edited_ms),
    jid: userJid(hubId, row.author_id),
    ...target,
    body: row.message,
    mentions:
      row.mention_ids.length === 0
        ? undefined
        : Object.fromEntries(row.mention_ids.map((id) => [id, userJid(hubId, id)])),
    edited: row.edited === 1,
    thread: { id: row.root_id ?? row.message_id },
    parentThread: row.root_id === null ? undefined : { id: row.root_id },
    user: userRef(row.author_id),
    reactions: row.reactions.length === 0 ? undefined : row.reactions.map(presentReaction),
  };
}

const presentReaction = ({ emoji, user_ids: ids }: MessageRow['reactions'][number]) => ({
  emoji,
  users: ids.map(userRef),
});

/** Presents a page of a history or thread, oldest message first. */
export const presentPage = (rows: readonly MessageRow[], viewer: Viewer) => ({
  entities: rows
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map((row) => presentMessage(row, viewer)),
});

export interface RoomOptions {
  /** Participants of a room at most; zero: no limit. */
  participantLimit: number;
}

/** Presents what is the same for everyone: owners and pins are added where they are requested. */
export function presentRoom(
  room: RoomInfo,
  { hubId }: Pick<Viewer, 'hubId'>,
  { participantLimit }: RoomOptions,
) {
  const jid = roomJid(hubId, room.room_id);
  const isPublic = room.visibility === 'public';
  return {
    id: isPublic ? room.room_id : jid,
    jid,
    name: room.name,
    subject: room.name,
    description: room.description,
    dateCreated: toDate(room.ctime * 1000),
    roomType: isPublic ? 'group' : 'adhoc',
    participantLimit: participantLimit > 0 ? participantLimit : undefined,
    selfUri: selfUri('/chats/rooms', jid),
  };
}

export const presentParticipant = (
  { user_id: id }: z.infer<typeof Participant>,
  { hubId }: Pick<Viewer, 'hubId'>,
) => ({
  jid: userJid(hubId, id),
  user: userRef(id),
});

/** Our name of each mode of mobile notifications. */
export const notificationModes = {
  Always: 'always',
  OnlyWhenInactive: 'only_when_inactive',
} as const;
export type NotificationMode = keyof typeof notificationModes;
const modeOf = (mode: UserSettings['mobile_notifications']): NotificationMode =>
  mode === 'always' ? 'Always' : 'OnlyWhenInactive';

export const presentMobileSettings = ({ mobile_notifications: mode }: UserSettings) => ({
  mobile: { notifications: { when: modeOf(mode) } },
});

export const presentUserSettings = (settings: UserSettings) => ({
  muted: settings.muted === 1,
  mentionsOnly: settings.mentions_only === 1,
  notifyOnReactions: settings.notify_on_reactions === 1,
  ...presentMobileSettings(settings),
});
