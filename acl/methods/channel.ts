import { z } from 'zod';
import { Channel, ChannelMessage } from '../entities/channel.ts';
import { administrators } from '../language/by.ts';
import {
  bit,
  content,
  done,
  echoId,
  flag,
  id,
  integer,
  messageText,
  roomName,
  text,
} from '../language/fields.ts';
import { method } from '../language/method.ts';
import { chatGrants } from '../language/permission.ts';

const { acting, deleting, editing, posting, viewing } = chatGrants;

const type = z.enum(['gl', 'gr', 'dy', 'sy']);
const subId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/, 'letters, digits, _ and - only, 1 to 100 of them');

/** `<hub>:<type>:<sub id>`. One that cannot be one is as unknown as one that never was. */
const channelId = z.string().max(300);

/** As whom the system speaks. */
const from = z.strictObject({ name: text(255).optional(), pic: text(2000).nullable().optional() });
const posted = z.strictObject({
  message_id: z.string(),
  channel_id: z.string(),
  /** Null: it was told and not kept. */
  seq: z.int().positive().nullable(),
  echoId: z.string().optional(),
});
const anyPost = {
  channel_id: channelId,
  /** 0: tell it to who is there, and keep it nowhere. */
  record: flag.default(1),
  from: from.optional(),
  echoId: echoId.optional(),
};

const limit = integer(0, 250).default(25);
/** For a key and the operator neither participation nor authorship counts. */
const callers = { member: 'write', key: 'write', operator: 'hub' } as const;
const about = { channel_id: channelId, message_id: id };

/** Channels: rooms by a name, that one reads and writes without being a participant, and that tell who has connected. */
export const channel = {
  get_id: method({
    by: callers,
    doc: 'Get the id of a channel by its type and sub id. A global one and a group’s must be there.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ type, sub_id: z.string().max(300) }),
    output: z.strictObject({ channel_id: z.string() }),
    errors: ['CHANNEL_NOT_FOUND'],
    events: [],
  }),

  list: method({
    by: callers,
    doc: 'List the channels that I may read: the global ones, the dynamic ones I have connected to, and my group rooms.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ type: z.enum(['gl', 'gr', 'dy', 'all']).default('all') }),
    output: z.array(Channel),
    errors: [],
    events: [],
  }),

  create: method({
    by: administrators,
    grants: acting,
    doc: 'Make a global, dynamic or system channel; one that is there already is answered as it is.',
    safe: false,
    input: z.strictObject({
      type: z.enum(['gl', 'dy', 'sy']),
      sub_id: subId,
      name: roomName.optional(),
      description: text(2000).default(''),
      history_limit: integer(1, 10_000).nullable().default(250),
      /** Days without a message; a dynamic channel is deleted after 30 where nothing else is said. */
      expire_days: integer(1, 3650).nullable().optional(),
    }),
    output: Channel,
    errors: [],
    events: ['channel.create'],
  }),

  delete: method({
    by: administrators,
    grants: acting,
    doc: 'Delete a channel with its history. A group room is none to delete here.',
    safe: false,
    input: z.strictObject({ channel_id: channelId }),
    output: done,
    errors: ['CHANNEL_NOT_FOUND'],
    events: ['channel.delete', 'room.remove'],
  }),

  info: method({
    by: callers,
    doc: 'Get a channel’s name, description and numbers.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId }),
    output: Channel,
    errors: ['CHANNEL_NOT_FOUND'],
    events: [],
  }),

  connect: method({
    by: callers,
    doc: 'Become a participant of a channel, and get its newest messages, oldest first: from now on it is in my lists, counts, and tells me its events.',
    safe: false,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId, limit }),
    output: z.strictObject({ channel: Channel, messages: z.array(ChannelMessage) }),
    errors: ['CHANNEL_NOT_FOUND', 'ROOM_FULL'],
    events: ['room.add'],
  }),

  disconnect: method({
    by: callers,
    doc: 'Stop being a participant of a channel. A group room is left by room.remove only.',
    safe: false,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId }),
    output: done,
    errors: ['CHANNEL_NOT_FOUND'],
    events: ['room.remove'],
  }),

  recent: method({
    by: callers,
    doc: 'Get the newest messages of a channel, oldest first.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId, limit }),
    output: z.array(ChannelMessage),
    errors: ['CHANNEL_NOT_FOUND'],
    events: [],
  }),

  get_message: method({
    by: callers,
    doc: 'Get one message of a channel.',
    safe: true,
    grants: viewing,
    input: z.strictObject(about),
    output: ChannelMessage,
    errors: ['CHANNEL_NOT_FOUND', 'MESSAGE_NOT_FOUND'],
    events: [],
  }),

  post: method({
    by: callers,
    doc: 'Post an object to a channel: its text stands in `text`. The system may say as whom.',
    safe: false,
    grants: posting,
    input: z.strictObject({ ...anyPost, content }),
    output: posted,
    errors: ['CHANNEL_NOT_FOUND', 'ROOM_ARCHIVED', 'ECHO_ID_CONFLICT'],
    events: ['chat.post', 'room.purge'],
    signals: ['channel.post'],
  }),

  post_simple: method({
    by: callers,
    doc: 'Post text to a channel. The system may say as whom.',
    safe: false,
    grants: posting,
    input: z.strictObject({ ...anyPost, text: messageText }),
    output: posted,
    errors: ['CHANNEL_NOT_FOUND', 'ROOM_ARCHIVED', 'ECHO_ID_CONFLICT'],
    events: ['chat.post', 'room.purge'],
    signals: ['channel.post'],
  }),

  update_message: method({
    by: callers,
    doc: 'Replace what a message of a channel holds: one’s own, by the system any. With a version only if it still has that one.',
    safe: false,
    grants: editing,
    input: z.strictObject({ ...about, version: integer(-1).default(-1), content }),
    output: z.strictObject({ message_id: z.string(), version: z.int().positive() }),
    errors: ['CHANNEL_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'VERSION_MISMATCH', 'ROOM_ARCHIVED'],
    events: ['chat.edit'],
  }),

  delete_message: method({
    by: callers,
    doc: 'Delete a message of a channel for all: one’s own, by the system any. One that is not there is told so, and is no error.',
    safe: false,
    grants: deleting,
    input: z.strictObject({ ...about, version: integer(-1).default(-1) }),
    output: z.strictObject({ message_id: z.string(), deleted: bit }),
    errors: ['CHANNEL_NOT_FOUND', 'VERSION_MISMATCH'],
    events: ['chat.delete'],
  }),
};
