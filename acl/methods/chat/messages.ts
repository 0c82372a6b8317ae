import { z } from 'zod';
import {
  bit,
  cursor,
  dates,
  emoji,
  flag,
  id,
  integer,
  list,
  MessageRow,
  messageFields,
  messageText,
  Pin,
  page,
  Reaction,
  ReadMark,
} from '../../entities.ts';
import { readers, writers } from '../../language/by.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { acting, editing, pinning, reacting, viewing } = chatGrants;

const pinned = z.strictObject({
  message_id: z.string(),
  entity_id: z.string(),
  room_id: z.string(),
  is_pinned: bit,
});

/** The methods of chat that are about single messages. */
export const chatMessages = {
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

  get: method({
    doc: 'Get messages by id, in the order asked for. Those that I cannot see are left out; when that leaves none, it fails.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({
      message_ids: z.preprocess(
        (ids) => (typeof ids === 'string' ? ids.split(',') : ids),
        list(id, 1, 100),
      ),
    }),
    output: z.array(MessageRow),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  thread: method({
    doc: 'Get a page of a thread, newest first: the message that began it and every reply. Any message of it names it.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({
      thread_id: id,
      page,
      limit: integer(1, 100).default(45),
      before: cursor.optional(),
      after: cursor.optional(),
      ...dates,
    }),
    output: z.array(MessageRow),
    errors: ['INVALID_THREAD', 'MESSAGE_NOT_FOUND'],
    events: [],
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

  pins: method({
    doc: 'List the pinned messages of a conversation, the newest pin first.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({ entity_id: id }),
    output: z.array(Pin),
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  react: method({
    doc: 'React to a message with an emoji, or take it back; without a state the other of the two. At most twenty different emoji a message.',
    by: writers,
    safe: false,
    grants: reacting,
    input: z.object({ message_id: id, emoji, state: flag.optional() }),
    output: z.strictObject({
      message_id: z.string(),
      entity_id: z.string(),
      room_id: z.string(),
      emoji: z.string(),
      state: bit,
      reactions: z.array(Reaction),
    }),
    errors: [
      'MESSAGE_NOT_FOUND',
      'REACTION_LIMIT',
      'ROOM_ARCHIVED',
      'INVALID_CONTACT',
      'NOT_ENABLED',
    ],
    events: ['chat.react'],
  }),

  set_reactions: method({
    doc: 'Replace all my reactions to a message by these.',
    by: writers,
    safe: false,
    grants: reacting,
    input: z.object({ message_id: id, emojis: list(emoji, 0, 20) }),
    output: z.strictObject({
      message_id: z.string(),
      entity_id: z.string(),
      room_id: z.string(),
      my_reactions: z.array(z.string()),
      reactions: z.array(Reaction),
    }),
    errors: [
      'MESSAGE_NOT_FOUND',
      'REACTION_LIMIT',
      'ROOM_ARCHIVED',
      'INVALID_CONTACT',
      'NOT_ENABLED',
    ],
    events: ['chat.set_reactions'],
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
