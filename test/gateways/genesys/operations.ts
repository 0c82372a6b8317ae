import { z } from 'zod';
import type { Grant } from '../../../acl/language/permission.ts';
import {
  CreatedRoom,
  History,
  Listing,
  Message,
  MyChats,
  MySettings,
  OneOnOne,
  Participant,
  Participants,
  Room,
  Sent,
  Settings,
  SettingsOfUser,
} from './models.ts';

interface Described {
  verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v2. */
  path: string;
  /** One of these is required; null: a token suffices. */
  anyOf: readonly Grant[] | null;
  /** The body of a 200; undefined: 204. */
  reply: z.ZodType;
}
const nothing = z.undefined();
const access = 'chat:chat:access';

/** The documented operations, copied from the specification rather than from the code. */
export const operations = {
  postChatsRooms: {
    verb: 'POST',
    path: '/chats/rooms',
    anyOf: [access, 'chat:room:add'],
    reply: CreatedRoom,
  },
  getChatsRoom: {
    verb: 'GET',
    path: '/chats/rooms/{room}',
    anyOf: [access, 'chat:room:view'],
    reply: Room,
  },
  patchChatsRoom: {
    verb: 'PATCH',
    path: '/chats/rooms/{room}',
    anyOf: [access, 'chat:room:edit'],
    reply: nothing,
  },
  getChatsRoomParticipants: {
    verb: 'GET',
    path: '/chats/rooms/{room}/participants',
    anyOf: [access, 'chat:room:view'],
    reply: Participants,
  },
  getChatsRoomParticipant: {
    verb: 'GET',
    path: '/chats/rooms/{room}/participants/{participant}',
    anyOf: null,
    reply: Participant,
  },
  postChatsRoomParticipant: {
    verb: 'POST',
    path: '/chats/rooms/{room}/participants/{user}',
    anyOf: [access, 'chat:participant:add'],
    reply: nothing,
  },
  deleteChatsRoomParticipant: {
    verb: 'DELETE',
    path: '/chats/rooms/{room}/participants/{user}',
    anyOf: [access, 'chat:participant:delete'],
    reply: nothing,
  },
  getChatsRoomMessages: {
    verb: 'GET',
    path: '/chats/rooms/{room}/messages',
    anyOf: [access, 'chat:room:view'],
    reply: Listing,
  },
  postChatsRoomMessages: {
    verb: 'POST',
    path: '/chats/rooms/{room}/messages',
    anyOf: [access, 'chat:roomMessage:add'],
    reply: Sent,
  },
  getChatsRoomMessage: {
    verb: 'GET',
    path: '/chats/rooms/{room}/messages/{messages}',
    anyOf: [access, 'chat:room:view'],
    reply: Listing,
  },
  patchChatsRoomMessage: {
    verb: 'PATCH',
    path: '/chats/rooms/{room}/messages/{message}',
    anyOf: [access, 'chat:roomMessage:edit'],
    reply: Sent,
  },
  deleteChatsRoomMessage: {
    verb: 'DELETE',
    path: '/chats/rooms/{room}/messages/{message}',
    anyOf: [access, 'chat:roomMessage:delete'],
    reply: nothing,
  },
  postChatsRoomMessagesPins: {
    verb: 'POST',
    path: '/chats/rooms/{room}/messages/pins',
    anyOf: [access, 'chat:room:edit'],
    reply: nothing,
  },
  deleteChatsRoomMessagesPin: {
    verb: 'DELETE',
    path: '/chats/rooms/{room}/messages/pins/{pin}',
    anyOf: [access, 'chat:room:edit'],
    reply: nothing,
  },
  postChatsRoomPinnedmessages: {
    verb: 'POST',
    path: '/chats/rooms/{room}/pinnedmessages',
    anyOf: [access, 'chat:room:edit'],
    reply: nothing,
  },
  deleteChatsRoomPinnedmessage: {
    verb: 'DELETE',
    path: '/chats/rooms/{room}/pinnedmessages/{pin}',
    anyOf: [access, 'chat:room:edit'],
    reply: nothing,
  },
  getChatsUser: {
    verb: 'GET',
    path: '/chats/users/{user}',
    anyOf: [access, 'chat:1on1:view'],
    reply: OneOnOne,
  },
  getChatsUserMessages: {
    verb: 'GET',
    path: '/chats/users/{user}/messages',
    anyOf: [access, 'chat:1on1Message:view'],
    reply: History,
  },
  postChatsUserMessages: {
    verb: 'POST',
    path: '/chats/users/{user}/messages',
    anyOf: [access, 'chat:1on1Message:add'],
    reply: Sent,
  },
  getChatsUserMessage: {
    verb: 'GET',
    path: '/chats/users/{user}/messages/{messages}',
    anyOf: [access, 'chat:1on1Message:view'],
    reply: Listing,
  },
  // Documented with `view`: the API has no chat:1on1Message:edit.
  patchChatsUserMessage: {
    verb: 'PATCH',
    path: '/chats/users/{user}/messages/{message}',
    anyOf: [access, 'chat:1on1Message:view'],
    reply: Sent,
  },
  deleteChatsUserMessage: {
    verb: 'DELETE',
    path: '/chats/users/{user}/messages/{message}',
    anyOf: [access, 'chat:1on1Message:delete'],
    reply: nothing,
  },
  postChatsUserMessagesPins: {
    verb: 'POST',
    path: '/chats/users/{user}/messages/pins',
    anyOf: [access, 'chat:1on1:edit'],
    reply: nothing,
  },
  deleteChatsUserMessagesPin: {
    verb: 'DELETE',
    path: '/chats/users/{user}/messages/pins/{pin}',
    anyOf: [access, 'chat:1on1:edit'],
    reply: nothing,
  },
  getChatsMessage: {
    verb: 'GET',
    path: '/chats/messages/{message}',
    anyOf: [access, 'chat:1on1Message:view', 'chat:room:view'],
    reply: Message,
  },
  putChatsMessageReactions: {
    verb: 'PUT',
    path: '/chats/messages/{message}/reactions',
    anyOf: [access, 'chat:reactions:edit'],
    reply: nothing,
  },
  getChatsThreadMessages: {
    verb: 'GET',
    path: '/chats/threads/{thread}/messages',
    anyOf: [access, 'chat:room:view'],
    reply: Listing,
  },
  getChatsSettings: {
    verb: 'GET',
    path: '/chats/settings',
    anyOf: ['chat:setting:view', 'chat:setting:edit'],
    reply: Settings,
  },
  putChatsSettings: {
    verb: 'PUT',
    path: '/chats/settings',
    anyOf: ['chat:setting:edit'],
    reply: Settings,
  },
  patchChatsSettings: {
    verb: 'PATCH',
    path: '/chats/settings',
    anyOf: ['chat:setting:edit'],
    reply: Settings,
  },
  getChatsUserSettings: {
    verb: 'GET',
    path: '/chats/users/{user}/settings',
    anyOf: ['chat:usersettings:view', 'chat:setting:view'],
    reply: SettingsOfUser,
  },
  patchChatsUserSettings: {
    verb: 'PATCH',
    path: '/chats/users/{user}/settings',
    anyOf: ['chat:usersettings:edit', 'chat:setting:edit'],
    reply: SettingsOfUser,
  },
  getChatsUsersMeSettings: {
    verb: 'GET',
    path: '/chats/users/me/settings',
    anyOf: null,
    reply: MySettings,
  },
  postChatsUsersMeSettings: {
    verb: 'POST',
    path: '/chats/users/me/settings',
    anyOf: null,
    reply: nothing,
  },
  patchChatsUsersMeSettings: {
    verb: 'PATCH',
    path: '/chats/users/me/settings',
    anyOf: null,
    reply: MySettings,
  },
  deleteChatsUsersMeSettings: {
    verb: 'DELETE',
    path: '/chats/users/me/settings',
    anyOf: null,
    reply: nothing,
  },
  getUsersChatsMe: {
    verb: 'GET',
    path: '/users/chats/me',
    anyOf: [access, 'user:chats:view'],
    reply: MyChats,
  },
} as const satisfies Record<string, Described>;

export type Operation = keyof typeof operations;
export const operationNames = Object.keys(operations) as Operation[];
export const isOperation = (name: string): name is Operation => name in operations;
export const described = (name: Operation): Described => operations[name];
/** The only documented status of success. */
export const okOf = (name: Operation): number => (described(name).reply === nothing ? 204 : 200);
