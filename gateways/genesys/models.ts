import type { z } from 'zod';
import type { MessageRow, Participant, Pin, RoomInfo, UserSettings } from '../../acl/entities.ts';
import { roomJid, userJid } from './ids.ts';
import { base } from './operation.ts';

/** Who asks, and where: ids become JIDs of his hub. */
interface Reader {
  hubId: string;
  userId: string;
}

export const toDate = (ms: number): string => new Date(ms).toISOString();

const selfUri = (path: string, id: string): string => `${base}${path}/${encodeURIComponent(id)}`;
export const userUri = (id: string): string => selfUri('/users', id);
export const userRef = (id: string) => ({ id, selfUri: userUri(id) });
export const messageRef = ({ message_id: id }: Pick<Pin, 'message_id'>) => ({
  id,
  selfUri: selfUri('/chats/messages', id),
});

/** Between two, rather than in a room. */
export const isDirect = (row: Pick<MessageRow, 'entity_id' | 'room_id'>): boolean =>
  row.entity_id !== row.room_id;

export function presentMessage(row: MessageRow, { hubId, userId }: Reader) {
  // The reader knows a direct conversation by the other one: it went to him, or came from him.
  const receiver = row.author_id === userId ? row.entity_id : userId;
  const place = isDirect(row)
    ? { toJid: userJid(hubId, receiver), toUser: userRef(receiver) }
    : { toJid: roomJid(hubId, row.room_id) };
  return {
    id: row.message_id,
    dateCreated: toDate(row.ctime_ms),
    ...(row.edited_ms === null ? {} : { dateModified: toDate(row.edited_ms) }),
    jid: userJid(hubId, row.author_id),
    ...place,
    body: row.message,
    ...(row.mention_ids.length === 0
      ? {}
      : { mentions: Object.fromEntries(row.mention_ids.map((id) => [id, userJid(hubId, id)])) }),
    edited: row.edited === 1,
    thread: { id: row.root_id ?? row.message_id },
    ...(row.root_id === null ? {} : { parentThread: { id: row.root_id } }),
    user: userRef(row.author_id),
    ...(row.reactions.length === 0
      ? {}
      : {
          reactions: row.reactions.map(({ emoji, user_ids: ids }) => ({
            emoji,
            users: ids.map(userRef),
          })),
        }),
  };
}

/** A page of a conversation, the oldest first. */
export const presentPage = (rows: readonly MessageRow[], reader: Reader) => ({
  entities: rows
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map((row) => presentMessage(row, reader)),
});

export interface RoomOptions {
  /** Zero: as many as want to. */
  participantLimit: number;
}

/** A room as it is named and found; its owners and pins come from whoever has asked for them. */
export function presentRoom(
  room: RoomInfo,
  { hubId }: Pick<Reader, 'hubId'>,
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
    ...(participantLimit > 0 ? { participantLimit } : {}),
    selfUri: selfUri('/chats/rooms', jid),
  };
}

export const presentParticipant = (
  { user_id: id }: z.infer<typeof Participant>,
  { hubId }: Pick<Reader, 'hubId'>,
) => ({
  jid: userJid(hubId, id),
  user: userRef(id),
});

/** The names of our modes of mobile notifications. */
export const modes = { Always: 'always', OnlyWhenInactive: 'only_when_inactive' } as const;
export type Mode = keyof typeof modes;
const modeOf = (mode: UserSettings['mobile_notifications']): Mode =>
  mode === 'always' ? 'Always' : 'OnlyWhenInactive';

export const presentMobile = ({ mobile_notifications: mode }: UserSettings) => ({
  mobile: { notifications: { when: modeOf(mode) } },
});

export const presentUserSettings = (settings: UserSettings) => ({
  muted: settings.muted === 1,
  mentionsOnly: settings.mentions_only === 1,
  notifyOnReactions: settings.notify_on_reactions === 1,
  ...presentMobile(settings),
});
