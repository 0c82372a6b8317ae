import { z } from 'zod';
import { Channel } from './entities/channel.ts';
import { MadeBy } from './entities/key.ts';
import { boxName, ChangedMail, DeletedMail, Mail, SharedMail } from './entities/mail.ts';
import {
  DeletedMessage,
  HiddenMessage,
  MessageData,
  PostedAs,
  Reaction,
} from './entities/message.ts';
import { ConversationNotify, ConversationStatus, RoomInfo } from './entities/room.ts';
import { HubSettings, UserSettings } from './entities/setting.ts';
import { Tag } from './entities/tag.ts';
import { bit, content, count, millis, positive } from './language/fields.ts';

/** Names of the users are in `hub.members {user_ids}`. */
const RoomMembers = z.strictObject({
  room_id: z.string(),
  user_ids: z.array(z.string()),
  owner_ids: z.array(z.string()),
  member_count: count,
});

const aboutMessage = { room_id: z.string(), message_id: z.string(), user_id: z.string() };

const boxed = { box: boxName, message_ids: z.array(z.string()) };

/**
 * The `data` of every event, by its name: that of the method that causes it. It is the same on the
 * socket and in chat.sync, and for every receiver, with one exception: a message that the receiver
 * hid is `DELETED` where another one quotes it (`thread`), and in `chat.pin`.
 */
export const events = {
  /** A new message. Its author counts as having read the conversation up to it. */
  'chat.post': z.union([MessageData, DeletedMessage]),
  'chat.forward': z.union([MessageData, DeletedMessage]),
  /**
   * The message in its present form. Replies that quote it change too: `thread.message`, unless
   * that is deleted or hidden. It notifies the users whom the edit mentions for the first time.
   */
  'chat.edit': z.union([MessageData, DeletedMessage]),
  /**
   * `user_id` has read up to `ordinal`. Sent to the reader's own devices, and in rooms small
   * enough for read receipts to everyone.
   */
  'chat.acknowledge': z.strictObject({
    room_id: z.string(),
    user_id: z.string(),
    ordinal: count,
    message_id: z.string().nullable(),
  }),
  /**
   * `all`: deleted for everyone. `me`: hidden by the receiver. Replies that quote it change too:
   * `thread` is `DELETED`. One event for each message.
   */
  'chat.delete': z.strictObject({
    room_id: z.string(),
    message_id: z.string(),
    author_id: z.string(),
    ordinal: positive,
    option: z.literal(['me', 'all']),
    deleted: z.literal(1),
  }),
  /** The receiver moved their own read pointer back to `ordinal`. Sent to no one else. */
  'chat.mark_unread': z.strictObject({
    room_id: z.string(),
    user_id: z.string(),
    ordinal: count,
    message_id: z.string(),
  }),
  'chat.pin': z.union([
    z.strictObject({
      ...aboutMessage,
      pinned_ms: millis,
      message: z.union([MessageData, HiddenMessage]),
    }),
    DeletedMessage,
  ]),
  'chat.unpin': z.union([z.strictObject(aboutMessage), DeletedMessage]),
  /**
   * `user_id` added (state 1) or removed (0) a reaction to a message of `author_id`. `reactions`
   * are all reactions to the message after that.
   */
  'chat.react': z.union([
    z.strictObject({
      ...aboutMessage,
      author_id: z.string(),
      emoji: z.string(),
      state: bit,
      reactions: z.array(Reaction),
    }),
    DeletedMessage,
  ]),
  /**
   * `emojis` are now all reactions of `user_id` to the message, and `given` the new ones among
   * them. `reactions` are all reactions to the message.
   */
  'chat.set_reactions': z.union([
    z.strictObject({
      ...aboutMessage,
      author_id: z.string(),
      emojis: z.array(z.string()),
      given: z.array(z.string()),
      reactions: z.array(Reaction),
    }),
    DeletedMessage,
  ]),
  'chat.change_status': ConversationStatus,
  /** The receiver chose what notifies them in the conversation. Sent to no one else. */
  'chat.notify': ConversationNotify,
  /** A new group room with its participants, whose names are in `hub.members {user_ids}`. */
  'room.create': z.strictObject({ ...RoomInfo.shape, user_ids: z.array(z.string()) }),
  'room.update': RoomInfo,
  /** The added users receive the room's events from this one on. */
  'room.add': RoomMembers,
  /** Sent to the removed users too, as their last event of the room. */
  'room.remove': RoomMembers,
  /**
   * The room was deleted with its messages, for everyone. The last event of the room, which all who
   * were in it receive.
   */
  'room.delete': z.strictObject({ room_id: z.string() }),
  /**
   * Every message up to `ordinal` was deleted for everyone because of its age, with its pin.
   * Replies that quote such a message show it as deleted.
   */
  'room.purge': z.strictObject({ room_id: z.string(), ordinal: positive }),
  /** Events of the hub, such as this one, are sent to every member. */
  'channel.create': Channel,
  'channel.delete': z.strictObject({ channel_id: z.string(), entity_id: z.string() }),
  'setting.put': HubSettings,
  'setting.patch': HubSettings,
  'setting.patch_user': UserSettings,
  'setting.reset_user': UserSettings,
  'hub.set_privilege': z.strictObject({ user_id: z.string(), privilege: z.int() }),
  'hub.remove_member': z.strictObject({ user_id: z.string() }),
  /** A key that acts as the receiver was made. */
  'key.create': z.strictObject({ key_id: z.string(), name: z.string(), made_by: MadeBy }),
  'contact.block': z.strictObject({ entity_id: z.string(), is_blocked: z.literal(1) }),
  'contact.unblock': z.strictObject({ entity_id: z.string(), is_blocked: z.literal(0) }),
  /** A new message in a box of the receiver. */
  'messaging.send': z.union([Mail, DeletedMail]),
  'messaging.mark_read': z.strictObject(boxed),
  'messaging.delete': z.strictObject(boxed),
  /**
   * A message in a box of the receiver, with its new content. A message to every member comes
   * without content, because the event is sent to all of them.
   */
  'messaging.sys_update': z.union([SharedMail, ChangedMail, DeletedMail]),
  /** A message was deleted from the boxes of all its owners. */
  'messaging.sys_delete': DeletedMail,
  'tag.create': Tag,
  'tag.rename': Tag,
  'tag.remove': z.strictObject({ tag_id: z.string() }),
  'tag.assign': z.strictObject({ entity_id: z.string(), tag_ids: z.array(z.string()) }),
} as const satisfies Record<string, z.ZodType>;

/** The `data` of every signal. Signals are sent once to connected sockets and are not stored. */
export const signals = {
  /** A message of a channel that is not stored. */
  'channel.post': z.strictObject({
    room_id: z.string(),
    channel_id: z.string(),
    message_id: z.string(),
    user_id: z.string(),
    from: PostedAs,
    content,
    ctime_ms: millis,
  }),
  'chat.typing': z.strictObject({
    room_id: z.string().nullable(),
    user_id: z.string(),
    state: bit,
  }),
} as const satisfies Record<string, z.ZodType>;

export type SignalName = keyof typeof signals;
export type SignalData<N extends SignalName> = z.infer<(typeof signals)[N]>;

export type EventName = keyof typeof events;
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>;

const addressFields = {
  hub_id: z.string(),
  /** Null for an event that is not about a conversation, and for one without messages yet. */
  room_id: z.string().nullable(),
  /**
   * The conversation as the receiver addresses it: a room, or the other member. For an event that
   * is not about a conversation the receiver's own id, or the hub's if every member receives it.
   */
  entity_id: z.string(),
  actor_id: z.string(),
};

/** An event as one receiver gets it. A socket gets `name` as the name of the Socket.IO event. */
export const EventPayload = z.strictObject({
  name: z.keyof(z.object(events)),
  seq: positive,
  ...addressFields,
  /** The id of the room, of the receiver, or of the hub. */
  stream: z.string(),
  /** The `seq` of the event before it in the stream; a client that has another calls chat.sync. */
  prev: count,
  echoId: z.string().optional(),
  /** 1: notify the receiver. Depends on their settings. */
  notify: bit,
  data: z.record(z.string(), z.unknown()),
});
type EventFields = Omit<z.infer<typeof EventPayload>, 'name' | 'data'>;
export type EventPayload<N extends EventName = EventName> = {
  [K in N]: EventFields & { name: K; data: EventData<K> };
}[N];

/** A signal as one receiver gets it. It has no `seq`, because it is not stored. */
export const SignalPayload = z.strictObject({
  ...addressFields,
  data: z.record(z.string(), z.unknown()),
});
type SignalFields = Omit<z.infer<typeof SignalPayload>, 'data'>;
export type SignalPayload<N extends SignalName = SignalName> = {
  [K in N]: SignalFields & { data: SignalData<K> };
}[N];

/**
 * The version of the events and of `ready`. It is raised by a change that breaks clients, not by a
 * new event or field. A client that does not know the version asks its user to update.
 *
 * - 1: the events of this file.
 */
export const protocol = 1;

/** Sent to a socket once it is live, after the events that it missed. */
export const Ready = z.strictObject({
  protocol: z.literal(protocol),
  hub_id: z.string(),
  user_id: z.string(),
  /** The number of the hub's last event; later ones follow. */
  seq: count,
  /** False if `since` was not given or is too old: the client must load everything again. */
  recovered: z.boolean(),
});
export type Ready = z.infer<typeof Ready>;

/** Sent to a socket whose token ends soon: 60 s before, or at once when less is left. */
export const Expiring = z.strictObject({
  /** Until then the socket stays, unless session.renew is called. */
  seconds: count,
});
export type Expiring = z.infer<typeof Expiring>;

/** Sent to a socket whose token has ended, before it is disconnected: why, as a call would fail. */
export const Ended = z.strictObject({
  code: z.literal('NOT_AUTHENTICATED'),
  details: z.array(z.string()),
});
export type Ended = z.infer<typeof Ended>;

/** What a socket is sent about itself, beside events and signals. */
export const notices = {
  ready: Ready,
  'session.expiring': Expiring,
  'session.ended': Ended,
} as const satisfies Record<string, z.ZodType>;
export type NoticeName = keyof typeof notices;

/** Server to client, for Socket.IO's types. */
export type ServerEvents = {
  [N in EventName]: (payload: Omit<EventPayload<N>, 'name'>) => void;
} & {
  [N in SignalName]: (payload: SignalPayload<N>) => void;
} & {
  [N in NoticeName]: (payload: z.infer<(typeof notices)[N]>) => void;
};
