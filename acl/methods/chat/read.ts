import { z } from 'zod';
import { MessageRow, Pin } from '../../entities/message.ts';
import { EventPayload } from '../../events.ts';
import { readers, writers } from '../../language/by.ts';
import {
  clamped,
  count,
  cursor,
  dates,
  flag,
  id,
  integer,
  list,
  page,
} from '../../language/fields.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { acting, viewing } = chatGrants;

export const read = {
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

  sync: method({
    doc: 'List every event I may see after `since`, in order. Pass the answered `seq` as the next `since`; when `recovered` is false the log does not reach back: load everything anew.',
    by: writers,
    safe: true,
    grants: acting,
    input: z.object({ since: integer(0), limit: clamped(1, 1000).default(200) }),
    output: z.strictObject({
      events: z.array(EventPayload),
      seq: count,
      /** The oldest `since` that the log can answer. */
      first: count,
      more: z.boolean(),
      recovered: z.boolean(),
    }),
    errors: [],
    events: [],
  }),
};
