import { z } from 'zod';
import {
  bit,
  Counters,
  clamped,
  count,
  cursor,
  dates,
  echoId,
  flag,
  id,
  integer,
  list,
  MessageRow,
  messageFields,
  messageText,
  page,
  ReadMark,
  RoomRow,
  text,
} from '../../entities.ts';
import { SyncedEvent } from '../../events.ts';
import { writers } from '../../language/by.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';
import { chatFiles } from './files.ts';
import { chatMessages } from './messages.ts';

const { acting, deleting, listing, posting, viewing } = chatGrants;

const key = text(255).default('');
const option = z.enum(['active', 'archived', 'all']).default('active');

export const chat = {
  ...chatFiles,
  ...chatMessages,

  acknowledge: method({
    doc: 'Mark a conversation as read up to a message. The pointer only moves forward; the reply says where it stands.',
    by: writers,
    safe: false,
    grants: viewing,
    input: z.object({ message_id: id }),
    output: ReadMark,
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge'],
  }),

  chat_rooms: method({
    doc: 'List my conversations, by last activity, newest first; 45 a page, by page number or before a row’s cursor.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key,
      flag: z.enum(['', 'contact', 'share', 'all']).default(''),
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  chat_room_info: method({
    doc: 'Get one conversation as it stands in my lists. One with whom nothing was said yet reads as empty.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ key: id }),
    output: RoomRow,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  change_status: method({
    doc: 'Archive or restore a conversation, for me (a new message wakes it) or for all (a group room becomes read-only).',
    by: writers,
    safe: false,
    grants: acting,
    input: z.object({
      entity_id: id,
      status: z.enum(['archived', 'active']),
      for: z.enum(['me', 'all']).default('me'),
    }),
    output: z.strictObject({
      entity_id: z.string(),
      status: z.literal(['archived', 'active']),
      for: z.literal(['me', 'all']),
      is_archived: bit,
    }),
    errors: ['ROOM_NOT_FOUND', 'INVALID_STATUS0'],
    codes: { status: 'INVALID_STATUS0' },
    events: ['chat.change_status'],
  }),

  contact_rooms: method({
    doc: 'List my direct conversations, by last activity, newest first.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({
      tag_id: z.literal('').or(id).default(''),
      page,
      before: cursor.optional(),
      key,
      option,
    }),
    output: z.array(RoomRow),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  count_all: method({
    doc: 'Count my unread messages over all conversations.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({}),
    output: Counters,
    errors: [],
    events: [],
  }),

  delete: method({
    doc: 'Delete messages for me, or for all (my own, or as a moderator of the room). All of them or none.',
    by: writers,
    safe: false,
    grants: deleting,
    input: z.object({ option: z.enum(['me', 'all']), messages: list(id, 1, 100) }),
    output: z.array(
      z.strictObject({
        message_id: z.string(),
        entity_id: z.string(),
        delete_status: z.literal(['me', 'all']),
      }),
    ),
    errors: ['INVALID_OPTION', 'INVALID_MESSAGES'],
    codes: { option: 'INVALID_OPTION', messages: 'INVALID_MESSAGES' },
    events: ['chat.delete'],
  }),

  forward: method({
    doc: 'Copy messages to other conversations, keeping text, attachments and a link to the original. All of them or none.',
    by: writers,
    safe: false,
    grants: posting,
    input: z.object({
      entities: list(id, 1, 50),
      nodes: z.object({ messages: list(id, 1, 100), hub_id: z.unknown().optional() }),
      echoId: echoId.optional(),
    }),
    output: z.array(
      z.strictObject({
        message_id: z.string(),
        entity_id: z.string(),
        room_id: z.string(),
        forward_message_id: z.string(),
        author_id: z.string(),
        is_attachment: bit,
        is_forward: z.literal(1),
        seq: z.int().positive(),
        ctime: count,
        echoId: z.string().optional(),
      }),
    ),
    errors: ['INVALID_RECIPIENT', 'INVALID_MESSAGES', 'ROOM_ARCHIVED'],
    codes: { messages: 'INVALID_MESSAGES' },
    events: ['chat.forward', 'room.purge'],
  }),

  messages: method({
    doc: 'Get a page of a conversation, newest first, and mark what it returns as read unless mark_read is 0.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({
      entity_id: id,
      page,
      limit: integer(1, 100).default(45),
      before: cursor.optional(),
      after: cursor.optional(),
      ...dates,
      mark_read: flag.default(1),
    }),
    output: z.array(MessageRow),
    errors: ['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge'],
  }),

  post: method({
    doc: 'Send a message to a member (direct) or a room (group). With an echoId a repeated call answers the first one’s message.',
    by: writers,
    safe: false,
    grants: posting,
    batched: true,
    input: z.object({
      entity_id: id,
      message: messageText.default(''),
      thread_id: id.nullable().optional(),
      attachment: z.array(id).max(100).default([]),
      mention_ids: z.array(id).max(100).default([]),
      echoId: echoId.optional(),
    }),
    output: z.strictObject({
      ...messageFields,
      entity_id: z.string(),
      to_id: z.string(),
      seq: z.int().positive(),
      /** The author's unread in this conversation, and over all. */
      room: count,
      total: count,
      echoId: z.string().optional(),
      /** A replay of a post that was deleted for all since. */
      deleted: z.literal(1).optional(),
    }),
    errors: [
      'INVALID_CONTACT',
      'INVALID_ATTACHMENT',
      'INVALID_THREAD',
      'ROOM_ARCHIVED',
      'ECHO_ID_CONFLICT',
    ],
    codes: { attachment: 'INVALID_ATTACHMENT' },
    events: ['chat.post', 'room.purge'],
  }),

  share_rooms: method({
    doc: 'List my group rooms, by last activity, newest first.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ page, before: cursor.optional(), key, option }),
    output: z.array(RoomRow),
    errors: [],
    events: [],
  }),

  sync: method({
    doc: 'List every event I may see after `since`, in order. Pass the answered `seq` as the next `since`; when `recovered` is false the log does not reach back: load everything anew.',
    by: writers,
    safe: true,
    grants: acting,
    input: z.object({ since: integer(0), limit: clamped(1, 1000).default(200) }),
    output: z.strictObject({
      events: z.array(SyncedEvent),
      seq: count,
      /** The oldest `since` that the log can answer. */
      first: count,
      more: z.boolean(),
      recovered: z.boolean(),
    }),
    errors: [],
    events: [],
  }),

  tag_chat_count: method({
    doc: 'Count the conversations under one of my tags, and their unread messages.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.object({ tag_id: id }),
    output: z.array(
      z.strictObject({
        tag_id: z.string(),
        tag_name: z.string(),
        chat_count: count,
        room_count: count,
      }),
    ),
    errors: ['TAG_NOT_FOUND'],
    events: [],
  }),

  to_read: method({
    doc: 'Count the unread messages of a conversation, and the pages of 45 that hold them.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({ entity_id: id }),
    output: z.strictObject({
      entity_id: z.string(),
      unread: count,
      pages_to_read: count,
      page: z.int().positive(),
    }),
    errors: ['INVALID_CONTACT'],
    events: [],
  }),
};
