import { z } from 'zod';
import { linkedFields, MessageRow, ReadMark } from '../../entities/message.ts';
import { ConversationNotify, ConversationStatus, notifyLevel } from '../../entities/room.ts';
import { writers, writersAndSystem } from '../../language/by.ts';
import {
  bit,
  count,
  echoId,
  flag,
  id,
  ids,
  list,
  messageText,
  positive,
  time,
  version,
} from '../../language/fields.ts';
import { maxForwardTargets, maxPins } from '../../language/limits.ts';
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
    doc:
      'Post a message to a member (direct) or to a room (group). With an echoId, a repeated ' +
      'call returns the message of the first one.',
    by: writers,
    safe: false,
    grants: posting,
    batched: true,
    input: z.object({
      entity_id: id,
      message: messageText.default(''),
      thread_id: id.nullable().optional(),
      attachment: ids(0).default([]),
      mention_ids: ids(0).default([]),
      echoId: echoId.optional(),
    }),
    output: z.strictObject({
      ...linkedFields,
      entity_id: z.string(),
      to_id: z.string(),
      seq: positive,
      /** The author's unread messages in this conversation. */
      room: count,
      /** The author's unread messages over all conversations. */
      total: count,
      echoId: z.string().optional(),
      /** Of a repeated call whose message was deleted for everyone since. */
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
    doc:
      'Copy messages to other conversations, with text, attachments and a link to the original. ' +
      'Copies all of them or none.',
    by: writers,
    safe: false,
    grants: posting,
    input: z.object({
      entities: list(id, 1, maxForwardTargets),
      nodes: z.object({ messages: ids(1), hub_id: z.unknown().optional() }),
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
        files: MessageRow.shape.files,
        is_forward: z.literal(1),
        seq: positive,
        ctime: count,
        echoId: z.string().optional(),
      }),
    ),
    errors: ['INVALID_RECIPIENT', 'INVALID_MESSAGES', 'ROOM_ARCHIVED'],
    codes: { messages: 'INVALID_MESSAGES' },
    events: ['chat.forward', 'room.purge'],
  }),

  edit: method({
    doc:
      'Change the text of one of the caller’s own messages, and with mention_ids its mentions. ' +
      'With a version, fails unless the message still has that version.',
    by: writers,
    safe: false,
    grants: editing,
    input: z.object({
      message_id: id,
      message: messageText,
      version,
      mention_ids: ids(0).optional(),
    }),
    output: z.strictObject({ ...linkedFields, entity_id: z.string(), seq: positive }),
    errors: ['MESSAGE_NOT_FOUND', 'VERSION_MISMATCH', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.edit'],
  }),

  delete: method({
    doc:
      'Delete messages for the caller, or for everyone: the caller’s own, or any as a moderator ' +
      'of the hub. Deletes all of them or none.',
    by: writers,
    safe: false,
    grants: deleting,
    input: z.object({ option: z.enum(['me', 'all']), messages: ids(1) }),
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
    doc:
      `Pin messages of one conversation for everyone in it, at most ${maxPins} in all. Pins all ` +
      'of them or none.',
    by: writers,
    safe: false,
    grants: pinning,
    input: z.object({ message_id: id.optional(), message_ids: ids(1).optional() }),
    output: pinned,
    errors: ['MESSAGE_NOT_FOUND', 'PIN_LIMIT', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.pin'],
  }),

  unpin: method({
    doc:
      'Remove a pin of a conversation that the caller is in, also of a message that the caller ' +
      'hid.',
    by: writers,
    safe: false,
    grants: pinning,
    input: z.object({ message_id: id }),
    output: pinned,
    errors: ['MESSAGE_NOT_FOUND', 'ROOM_ARCHIVED', 'INVALID_CONTACT'],
    events: ['chat.unpin'],
  }),

  acknowledge: method({
    doc:
      'Mark a conversation as read up to a message. The pointer only moves forward; the reply ' +
      'holds its new position.',
    by: writers,
    safe: false,
    grants: viewing,
    input: z.object({ message_id: id }),
    output: ReadMark,
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge'],
  }),

  mark_unread: method({
    doc:
      'Mark a message and all later ones as unread for the caller. Read receipts that others ' +
      'have seen stay.',
    by: writers,
    safe: false,
    grants: viewing,
    input: z.object({ message_id: id }),
    output: ReadMark,
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge', 'chat.mark_unread'],
  }),

  change_status: method({
    doc:
      'Archive or restore a conversation, for the caller (a new message restores it) or for ' +
      'everyone (an archived group room is read-only). Keys and the operator do so for everyone.',
    by: writersAndSystem,
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

  notify: method({
    doc:
      'Choose what notifies the caller in a conversation, for good or until a time: every ' +
      'message, mentions, nothing, or what their settings in the hub say. It changes `notify` ' +
      'of events, and nothing else: unread messages are counted as ever. Leaving a room ends it.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.object({
      entity_id: id,
      level: notifyLevel,
      /** When the level becomes `default` again, in the future; null: never. */
      until_ms: time.nullable().default(null),
    }),
    output: ConversationNotify,
    errors: ['ROOM_NOT_FOUND'],
    events: ['chat.notify'],
  }),

  typing: method({
    doc:
      'Signal to the others in a conversation that the caller is typing or has stopped. Nothing ' +
      'is stored, and too frequent signals are dropped.',
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
