import { z } from 'zod';
import { MessageRow, Pin } from '../../entities/message.ts';
import { EventPayload } from '../../events.ts';
import { readers, writers } from '../../language/by.ts';
import {
  clamped,
  count,
  cursor,
  flag,
  id,
  idList,
  integer,
  page,
  period,
  positive,
  rows,
} from '../../language/fields.ts';
import { maxPageRows, pageRows } from '../../language/limits.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { acting, viewing } = chatGrants;

export const read = {
  messages: method({
    doc:
      'Get a page of a conversation, newest first, and mark the returned messages as read ' +
      'unless mark_read is 0.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({
      entity_id: id,
      page,
      limit: rows(maxPageRows),
      before: cursor.optional(),
      after: cursor.optional(),
      ...period,
      mark_read: flag.default(1),
    }),
    output: z.array(MessageRow),
    errors: ['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND'],
    events: ['chat.acknowledge'],
  }),

  get: method({
    doc:
      'Get messages by id, in the order given. Messages that the caller cannot see are left ' +
      'out; fails if none remains.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({
      message_ids: idList,
    }),
    output: z.array(MessageRow),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  thread: method({
    doc:
      'Get a page of a thread, newest first: its first message and every reply. thread_id may ' +
      'be any message of the thread.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({
      thread_id: id,
      page,
      limit: rows(maxPageRows),
      before: cursor.optional(),
      after: cursor.optional(),
      ...period,
    }),
    output: z.array(MessageRow),
    errors: ['INVALID_THREAD', 'MESSAGE_NOT_FOUND'],
    events: [],
  }),

  to_read: method({
    doc:
      `Count the unread messages of a conversation, and the pages of ${pageRows} that hold ` +
      'them.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({ entity_id: id }),
    output: z.strictObject({
      entity_id: z.string(),
      unread: count,
      pages_to_read: count,
      page: positive,
    }),
    errors: ['INVALID_CONTACT'],
    events: [],
  }),

  pins: method({
    doc:
      'List the pinned messages of a conversation, most recently pinned first. One that the ' +
      'caller hid is `{message_id, message: "DELETED"}`.',
    by: writers,
    safe: true,
    grants: viewing,
    input: z.object({ entity_id: id }),
    output: z.array(Pin),
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  sync: method({
    doc:
      'List every event after `since` that the caller may see, in order. Pass the returned ' +
      '`seq` as the next `since`. If `recovered` is false, the log no longer covers `since` and ' +
      'the client must reload everything.',
    by: writers,
    safe: true,
    grants: acting,
    input: z.object({ since: integer(0), limit: clamped(1, 1000).default(200) }),
    output: z.strictObject({
      events: z.array(EventPayload),
      seq: count,
      /** The oldest `since` that the log covers. */
      first: count,
      more: z.boolean(),
      recovered: z.boolean(),
    }),
    errors: [],
    events: [],
  }),
};
