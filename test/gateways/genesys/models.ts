import { z } from 'zod';

/* The documented models, strictly: a field that is not in them is a mistake, and so is a null. */

const id = z.string().min(1);
export const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/, 'not a date as documented');
export const userJid = z
  .string()
  .regex(/^[0-9a-f]{24,32}@[0-9a-f-]+\.orgspan\.com$/, 'not the JID of a user');
export const roomJid = z
  .string()
  .regex(
    /^(adhoc-[0-9a-f-]{36}|[0-9a-f]{24,32})@conference\.[0-9a-f-]+\.orgspan\.com$/,
    'not the JID of a room',
  );

const Entity = z.strictObject({ id });
const refTo = (path: string) =>
  z
    .strictObject({ id, selfUri: z.string().optional() })
    .refine(
      (ref) => ref.selfUri === undefined || ref.selfUri === `/api/v2/${path}/${ref.id}`,
      'another selfUri',
    );
const UserRef = refTo('users');
const MessageRef = refTo('chats/messages');
const RoomType = z.enum(['adhoc', 'acd', 'group', 'oneOnOne', 'supervisorAssistance']);

const messageFields = {
  id,
  dateCreated: date,
  dateModified: date.optional(),
  toJid: userJid.or(roomJid),
  jid: userJid,
  body: z.string(),
  mentions: z.record(z.string(), userJid).optional(),
  edited: z.boolean().optional(),
  attachmentDeleted: z.boolean().optional(),
  fileUri: z.string().optional(),
  thread: Entity,
  parentThread: Entity.optional(),
  user: UserRef.optional(),
  toUser: UserRef.optional(),
  reactions: z
    .array(z.strictObject({ emoji: z.string(), users: z.array(UserRef).min(1) }))
    .optional(),
};
export const Message = z.strictObject(messageFields);
export type Message = z.infer<typeof Message>;
export const Listing = z.strictObject({ entities: z.array(Message) });
/** Declared as a message but documented as a history: it has the properties of both. */
export const History = z
  .strictObject({ entities: z.array(Message).length(0) })
  .or(z.strictObject({ ...messageFields, entities: z.array(Message).min(1) }));
export const Sent = z.strictObject({ id });

export const Room = z.strictObject({
  id,
  name: z.string(),
  dateCreated: date,
  roomType: RoomType,
  description: z.string().optional(),
  subject: z.string().optional(),
  participantLimit: z.int(),
  owners: z.array(UserRef),
  pinnedMessages: z.array(MessageRef).optional(),
  jid: roomJid,
  selfUri: z.string(),
});
export const CreatedRoom = z.strictObject({ jid: roomJid });
export const OneOnOne = z.strictObject({ pinnedMessages: z.array(MessageRef) });
export const Participant = z.strictObject({ participantJid: userJid });
export const Participants = z.strictObject({
  participants: z.array(z.strictObject({ jid: userJid, user: UserRef })),
});

export const Settings = z.strictObject({
  messageRetentionPeriodDays: z.int().min(10).max(3650),
  reactionsEnabled: z.boolean(),
});
const mobile = z.strictObject({
  notifications: z.strictObject({ when: z.enum(['Always', 'OnlyWhenInactive']) }),
});
export const SettingsOfUser = z.strictObject({ mobile });
export const MySettings = z.strictObject({
  muted: z.boolean(),
  mentionsOnly: z.boolean(),
  notifyOnReactions: z.boolean(),
  mobile,
});

const ChatUser = z.strictObject({
  id,
  name: z.string(),
  selfUri: z.string(),
  jid: userJid,
  inactive: z.boolean().optional(),
  integrations: z.array(z.unknown()).optional(),
  presence: z.looseObject({}).optional(),
});
const ChatItem = z.strictObject({
  id,
  name: z.string(),
  open: z.boolean(),
  chatType: RoomType,
  favorite: z.strictObject({ id, externalId: z.string() }).optional(),
  images: z.array(z.unknown()).optional(),
  dateLastMessage: date.optional(),
  dateClosed: date.optional(),
  user: ChatUser.optional(),
  room: Room.partial().optional(),
  selfUri: z.string().optional(),
});
export const MyChats = z.strictObject({
  entities: z.array(ChatItem),
  nextUri: z.string().optional(),
  selfUri: z.string(),
  previousUri: z.string().optional(),
});

export const User = z.looseObject({
  id,
  name: z.string(),
  chat: z.strictObject({ jabberId: userJid }),
  state: z.literal(['active', 'inactive', 'deleted']),
  version: z.int(),
  selfUri: z.string(),
});
export const Users = z.looseObject({
  entities: z.array(User),
  pageSize: z.int(),
  pageNumber: z.int(),
  total: z.int(),
});
export const TokenInfo = z.looseObject({ organization: z.looseObject({ id, name: z.string() }) });

export const ErrorBody = z.strictObject({
  message: z.string().min(1),
  code: z.string().regex(/^[a-z.]+$/),
  status: z.int().min(400).max(504),
  messageWithParams: z.string().optional(),
  messageParams: z.record(z.string(), z.string()).optional(),
  entityId: z.string().optional(),
  entityName: z.string().optional(),
  contextId: z.string().min(1),
  details: z.array(
    z.strictObject({
      errorCode: z.string().optional(),
      fieldName: z.string().optional(),
      entityId: z.string().optional(),
      entityName: z.string().optional(),
    }),
  ),
  errors: z.array(z.unknown()).length(0),
  limit: z
    .strictObject({
      key: z.string().optional(),
      namespace: z.string().optional(),
      value: z.int().optional(),
    })
    .optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
