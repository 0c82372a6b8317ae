import { z } from 'zod';
import { messageFields, ReadMark } from '../../entities/message.ts';
import { ConversationStatus } from '../../entities/room.ts';
import { writers } from '../../language/by.ts';
import { bit, count, echoId, flag, id, integer, list, messageText } from '../../language/fields.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { acting, deleting, editing, pinning, posting, viewing } = chatGrants;

const pinned = z.strictObject({
  message_id: z.string(),
  entity_id: z.string(),
  room_id: z.string(),
  is_pinned: bit,
});

export const write = {
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

  edit: method({
    doc: 'Change the text of a message that I wrote, and with mention_ids whom it mentions. With a version only if the message still has that one.',
    by: writers,
    safe: false,
    grants: editing,
    input: z.object({
      message_id: id,
      message: messageText,
      version: integer(-1).default(-1),
      mention_ids: z.array(id).max(100).optional(),
    }),
    output: z.strictObject({ ...messageFields, entity_id: z.string(), seq: z.int().positive() }),
    errors: ['MESSAGE_NOT_FOUND', 'VERSION_MISMATCH', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.edit'],
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

  pin: method({
    doc: 'Pin a message, or several of one conversation, for everybody in it; at most five. All of them or none.',
    by: writers,
    safe: false,
    grants: pinning,
    input: z.object({ message_id: id.optional(), message_ids: list(id, 1, 100).optional() }),
    output: pinned,
    errors: ['MESSAGE_NOT_FOUND', 'PIN_LIMIT', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.pin'],
  }),

  unpin: method({
    doc: 'Take a pin away.',
    by: writers,
    safe: false,
    grants: pinning,
    input: z.object({ message_id: id }),
    output: pinned,
    errors: ['MESSAGE_NOT_FOUND', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.unpin'],
  }),

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

  mark_unread: method({
    doc: 'Mark a message and what came after it as unread, for me: my pointer goes back before it. Others keep seeing what I had read.',
    by: writers,
    safe: false,
    grants: viewing,
    input: z.object({ message_id: id }),
    output: ReadMark,
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge', 'chat.mark_unread'],
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
    output: ConversationStatus,
    errors: ['ROOM_NOT_FOUND', 'INVALID_STATUS0'],
    codes: { status: 'INVALID_STATUS0' },
    events: ['chat.change_status'],
  }),

  typing: method({
    doc: 'Tell the others of a conversation that I am typing, or that I stopped. Nothing is stored; more than a few a second are dropped.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.object({ entity_id: id, state: flag.default(1) }),
    output: z.strictObject({ entity_id: z.string(), state: bit }),
    errors: ['ROOM_NOT_FOUND', 'ROOM_ARCHIVED'],
    events: [],
    signals: ['chat.typing'],
  }),
};
