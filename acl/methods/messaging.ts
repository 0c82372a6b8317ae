import { z } from 'zod';
import { boxName, Mail, SharedMail } from '../entities/mail.ts';
import { administrators, writers } from '../language/by.ts';
import {
  bit,
  clamped,
  content,
  count,
  echoId,
  flag,
  id,
  integer,
  list,
  text,
} from '../language/fields.ts';
import { method } from '../language/method.ts';

const box = z.enum(['inbox', 'sent']);
const body = { content: content.optional(), text: text(10_000).optional() };

const Page = z.strictObject({
  /** To pass to page_offset. */
  context: z.string(),
  /** Of all pages. */
  count,
  page: z.int().positive(),
  items: z.array(Mail),
  more_before: z.boolean(),
  more_after: z.boolean(),
});

const paged = {
  /** Conditions on an item's fields, `content` by paths such as content.subject: {field: value}, $and, $or, $nor, $not, $in, $nin, $ne, $gt, $gte, $lt, $lte, $exists, $regex with $options "i". */
  criteria: z.record(z.string(), z.unknown()).default({}),
  /** Fields, 1 upwards or -1 downwards, the first counts most. */
  sort: z.record(z.string(), z.literal([1, -1])).default({ created_ms: -1 }),
  rows: clamped(1, 100).default(50),
  page: integer(1, 1_000_000).default(1),
};
const offset = { context: z.string().max(10_000), offset: integer(-1_000_000, 1_000_000) };

const Done = z.strictObject({ requested: count, actual: count });
const Sent = z.strictObject({
  requested: count,
  actual: count,
  message_id: z.string(),
  echoId: z.string().optional(),
});

const sending = ['chat:chat:access', 'chat:1on1Message:add'] as const;
const viewing = ['chat:chat:access', 'chat:1on1Message:view'] as const;
const acting = ['chat:chat:access'] as const;

const sender = z.strictObject({ name: text(255), pic: text(2000).optional() });

/** Message boxes: one shared message, an entry for each owner. */
export const messaging = {
  boxes: method({
    by: writers,
    doc: 'List the names of my message boxes.',
    safe: true,
    grants: viewing,
    input: z.strictObject({}),
    output: z.array(boxName),
    errors: [],
    events: [],
  }),

  counts: method({
    by: writers,
    doc: 'Count the messages in my boxes, and the unread ones.',
    safe: true,
    grants: viewing,
    input: z.strictObject({}),
    output: z.strictObject({
      inbox: z.strictObject({ total: count, unread: count }),
      sent: z.strictObject({ total: count, unread: z.literal(0) }),
    }),
    errors: [],
    events: [],
  }),

  get: method({
    by: writers,
    doc: 'Get messages of one of my boxes by id, in the order asked for, as they were before they are marked as read by this.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ box, message_ids: list(id, 0, 100), mark_read: flag.default(0) }),
    output: z.strictObject({ ...Done.shape, items: z.array(Mail) }),
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['messaging.mark_read'],
  }),

  page: method({
    by: writers,
    doc: 'Get a page of my messages that meet the criteria.',
    safe: true,
    grants: viewing,
    input: z.strictObject(paged),
    output: Page,
    errors: ['INVALID_CRITERIA'],
    events: [],
  }),

  page_offset: method({
    by: writers,
    doc: 'Get the page that lies so many pages from the one that answered the context.',
    safe: true,
    grants: viewing,
    input: z.strictObject(offset),
    output: Page,
    errors: ['INVALID_CONTEXT'],
    events: [],
  }),

  send: method({
    by: writers,
    doc: 'Send a message to members of the hub. Who is no member, or has closed his conversation with me by a block, is passed over.',
    safe: false,
    grants: sending,
    input: z.strictObject({ to_ids: list(id, 1, 1000), ...body, echoId: echoId.optional() }),
    output: Sent,
    errors: ['INVALID_RECIPIENT', 'RECIPIENT_LIMIT', 'ECHO_ID_CONFLICT'],
    events: ['messaging.send'],
  }),

  mark_read: method({
    by: writers,
    doc: 'Mark messages of one of my boxes as read. `actual` counts those that are there.',
    safe: false,
    grants: viewing,
    input: z.strictObject({ box, message_ids: list(id, 0, 100) }),
    output: Done,
    errors: [],
    events: ['messaging.mark_read'],
  }),

  delete: method({
    by: writers,
    doc: 'Delete messages from one of my boxes; other owners keep theirs.',
    safe: false,
    grants: acting,
    input: z.strictObject({ box, message_ids: list(id, 0, 100) }),
    output: Done,
    errors: [],
    events: ['messaging.delete'],
  }),

  sys_send: method({
    by: administrators,
    grants: acting,
    doc: 'Send a message from the system to members of the hub.',
    safe: false,
    input: z.strictObject({
      to_ids: list(id, 1, 1000),
      ...body,
      from: sender,
      echoId: echoId.optional(),
    }),
    output: Sent,
    errors: ['INVALID_RECIPIENT', 'ECHO_ID_CONFLICT'],
    events: ['messaging.send'],
  }),

  sys_send_bulk: method({
    by: administrators,
    grants: acting,
    doc: 'Send a message from the system to every member of the hub. It goes out in batches after the reply; sys_bulk tells how far it is.',
    safe: false,
    input: z.strictObject({ ...body, from: sender, echoId: echoId.optional() }),
    output: z.strictObject({ message_id: z.string(), echoId: z.string().optional() }),
    errors: ['ECHO_ID_CONFLICT'],
    events: [],
  }),

  sys_bulk: method({
    by: administrators,
    grants: acting,
    doc: 'Tell how far a message to everybody has gone out.',
    safe: true,
    input: z.strictObject({ message_id: id }),
    output: z.strictObject({ message_id: z.string(), sent: count, is_done: bit }),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  sys_get: method({
    by: administrators,
    grants: acting,
    doc: 'Get messages by id, without what their owners have made of them.',
    safe: true,
    input: z.strictObject({ message_ids: list(id, 0, 100) }),
    output: z.strictObject({ ...Done.shape, items: z.array(SharedMail) }),
    errors: [],
    events: [],
  }),

  sys_page: method({
    by: administrators,
    grants: acting,
    doc: 'Get a page of messages of all owners, or of one, that meet the criteria.',
    safe: true,
    input: z.strictObject({ ...paged, owner_id: id.optional() }),
    output: Page,
    errors: ['INVALID_CRITERIA'],
    events: [],
  }),

  sys_page_offset: method({
    by: administrators,
    grants: acting,
    doc: 'Get the page that lies so many pages from the one that answered the context of sys_page.',
    safe: true,
    input: z.strictObject(offset),
    output: Page,
    errors: ['INVALID_CONTEXT'],
    events: [],
  }),

  sys_update: method({
    by: administrators,
    grants: acting,
    doc: 'Replace the content of a message for all its owners. With a version only if the message still has that one.',
    safe: false,
    input: z.strictObject({ message_id: id, version: integer(-1).default(-1), ...body }),
    output: z.strictObject({ ...Done.shape, message_id: z.string() }),
    errors: ['VERSION_MISMATCH'],
    events: ['messaging.sys_update'],
  }),

  sys_delete: method({
    by: administrators,
    grants: acting,
    doc: 'Delete messages for all their owners. With a version (of a single one) only if it still has that one.',
    safe: false,
    input: z.strictObject({ message_ids: list(id, 1, 100), version: integer(-1).default(-1) }),
    output: Done,
    errors: ['VERSION_MISMATCH'],
    events: ['messaging.sys_delete'],
  }),
};
