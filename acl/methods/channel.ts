import { z } from 'zod';
import { Channel, ChannelMessage, channelType } from '../entities/channel.ts';
import { administrators } from '../language/by.ts';
import {
  bit,
  content,
  description,
  done,
  echoId,
  flag,
  id,
  integer,
  messageText,
  name,
  positive,
  title,
  url,
  version,
} from '../language/fields.ts';
import {
  channelHistory,
  channelRows,
  maxChannelHistory,
  maxChannelRows,
  maxNameLength,
} from '../language/limits.ts';
import { method } from '../language/method.ts';
import { chatGrants } from '../language/permission.ts';

const { acting, deleting, editing, posting, viewing } = chatGrants;

const subId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 letters, digits, "_" or "-"');

/** `<hub>:<type>:<sub id>`. A malformed one fails like one that does not exist. */
const channelId = z.string().max(300);

/** The sender to show; for the operator and keys with admin only. */
const from = z.strictObject({
  name: name(0, maxNameLength).optional(),
  pic: url.nullable().optional(),
});
const posted = z.strictObject({
  message_id: z.string(),
  channel_id: z.string(),
  /** Null: the message was not stored. */
  seq: positive.nullable(),
  echoId: z.string().optional(),
});
const anyPost = {
  channel_id: channelId,
  /** 0: send the message to connected sockets only, without storing it. */
  record: flag.default(1),
  from: from.optional(),
  echoId: echoId.optional(),
};

const limit = integer(0, maxChannelRows).default(channelRows);
/** The operator and keys with admin need be neither participants nor authors. */
const callers = { member: 'write', key: 'write', operator: 'hub' } as const;
const about = { channel_id: channelId, message_id: id };

/**
 * Channels: rooms that are addressed by a name. Members read and post without being participants;
 * connecting makes them participants, who receive the channel's events.
 */
export const channel = {
  get_id: method({
    by: callers,
    doc:
      'Get the id of a channel by its type and sub id. A global channel and a group room must ' +
      'exist.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ type: channelType, sub_id: z.string().max(300) }),
    output: z.strictObject({ channel_id: z.string() }),
    errors: ['CHANNEL_NOT_FOUND'],
    events: [],
  }),

  list: method({
    by: callers,
    doc:
      'List the channels that the caller may read: global channels, the dynamic channels they ' +
      'are connected to, and their group rooms.',
    safe: true,
    grants: viewing,
    input: z.strictObject({
      type: z.enum([...channelType.exclude(['sy']).options, 'all']).default('all'),
    }),
    output: z.array(Channel),
    errors: [],
    events: [],
  }),

  create: method({
    by: administrators,
    grants: acting,
    doc:
      'Create a global, dynamic or system channel. If it exists already, it is returned ' +
      'unchanged.',
    safe: false,
    input: z.strictObject({
      type: channelType.exclude(['gr']),
      sub_id: subId,
      name: title.optional(),
      description: description.default(''),
      history_limit: integer(1, maxChannelHistory).nullable().default(channelHistory),
      /**
       * Days without a message after which the channel is deleted; null: never. Absent: as for
       * null, but dynamicChannelDays for dynamic channels.
       */
      expire_days: integer(1, 3650).nullable().optional(),
    }),
    output: Channel,
    errors: [],
    events: ['channel.create'],
  }),

  delete: method({
    by: administrators,
    grants: acting,
    doc: 'Delete a channel with its history. Group rooms cannot be deleted by this method.',
    safe: false,
    input: z.strictObject({ channel_id: channelId }),
    output: done,
    errors: ['CHANNEL_NOT_FOUND'],
    events: ['channel.delete', 'room.remove'],
  }),

  info: method({
    by: callers,
    doc: 'Get a channel’s name, description and counts.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId }),
    output: Channel,
    errors: ['CHANNEL_NOT_FOUND'],
    events: [],
  }),

  connect: method({
    by: callers,
    doc:
      'Connect the caller to a channel and get its newest messages, oldest first. From then on ' +
      'it is in the caller’s lists and counters, and they receive its events.',
    safe: false,
    grants: viewing,
    input: z.strictObject({ channel_id: channelId, limit }),
    output: z.strictObject({ channel: Channel, messages: z.array(ChannelMessage) }),
    errors: ['CHANNEL_NOT_FOUND', 'ROOM_FULL'],
    events: ['room.add'],
  }),

  disconnect: method({
    by: callers,
    doc: 'Disconnect the caller from a channel. A group room is left by room.remove only.',
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
    doc:
      'Post a JSON object to a channel; plain text goes in `text`. The operator and ' +
      'keys with admin may set the sender.',
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
    doc: 'Post text to a channel. The operator and keys with admin may set the sender.',
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
    doc:
      'Replace the content of a message in a channel. Members may change only their own ' +
      'messages. With a version, fails unless the message still has that version.',
    safe: false,
    grants: editing,
    input: z.strictObject({ ...about, version, content }),
    output: z.strictObject({ message_id: z.string(), version: positive }),
    errors: ['CHANNEL_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'VERSION_MISMATCH', 'ROOM_ARCHIVED'],
    events: ['chat.edit'],
  }),

  delete_message: method({
    by: callers,
    doc:
      'Delete a message in a channel for everyone. Members may delete only their own messages. ' +
      '`deleted` is 0 if the message does not exist.',
    safe: false,
    grants: deleting,
    input: z.strictObject({ ...about, version }),
    output: z.strictObject({ message_id: z.string(), deleted: bit }),
    errors: ['CHANNEL_NOT_FOUND', 'VERSION_MISMATCH'],
    events: ['chat.delete'],
  }),
};
