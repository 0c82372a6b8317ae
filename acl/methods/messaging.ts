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
  ids,
  integer,
  jsonObject,
  messageText,
  name,
  page,
  positive,
  url,
  userIds,
  version,
} from '../language/fields.ts';
import { maxNameLength, maxPageContext, maxPageRows } from '../language/limits.ts';
import { method } from '../language/method.ts';
import { chatGrants } from '../language/permission.ts';

const body = { content: content.optional(), text: messageText.optional() };

const Page = z.strictObject({
  /** The `context` parameter of page_offset. */
  context: z.string(),
  /** The number of items on all pages. */
  count,
  page: positive,
  items: z.array(Mail),
  more_before: z.boolean(),
  more_after: z.boolean(),
});

const paged = {
  /**
   * Conditions on the fields of an item, those of its content by paths such as content.subject:
   * {field: value}, $and, $or, $nor, $not, $in, $nin, $ne, $gt, $gte, $lt, $lte, $exists, and
   * $regex with $options "i".
   */
  criteria: jsonObject.default({}),
  /** Fields, most significant first; 1: ascending, -1: descending. */
  sort: z.record(z.string(), z.literal([1, -1])).default({ created_ms: -1 }),
  rows: clamped(1, maxPageRows).default(50),
  page,
};
const offset = { context: z.string().max(maxPageContext), offset: integer(-1_000_000, 1_000_000) };

const Done = z.strictObject({ requested: count, actual: count });
const Sent = z.strictObject({
  requested: count,
  actual: count,
  message_id: z.string(),
  echoId: z.string().optional(),
});

const sending = ['chat:chat:access', 'chat:1on1Message:add'] as const;
const viewing = ['chat:chat:access', 'chat:1on1Message:view'] as const;
const { acting } = chatGrants;

/** The sender of a message from the system. */
const sender = z.strictObject({ name: name(0, maxNameLength), pic: url.optional() });

/** Message boxes. Each message is stored once, with an entry in the box of each of its owners. */
export const messaging = {
  boxes: method({
    by: writers,
    doc: 'List the names of the caller’s message boxes.',
    safe: true,
    grants: viewing,
    input: z.strictObject({}),
    output: z.array(boxName),
    errors: [],
    events: [],
  }),

  counts: method({
    by: writers,
    doc: 'Count all messages and unread messages in the caller’s boxes.',
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
    doc:
      'Get messages of one of the caller’s boxes by id, in the order given. With mark_read they ' +
      'are marked as read, but returned in their earlier state.',
    safe: true,
    grants: viewing,
    input: z.strictObject({ box: boxName, message_ids: ids(0), mark_read: flag.default(0) }),
    output: z.strictObject({ ...Done.shape, items: z.array(Mail) }),
    errors: ['MESSAGE_NOT_FOUND'],
    events: ['messaging.mark_read'],
  }),

  page: method({
    by: writers,
    doc: 'Get a page of the caller’s messages that match the criteria.',
    safe: true,
    grants: viewing,
    input: z.strictObject(paged),
    output: Page,
    errors: ['INVALID_CRITERIA'],
    events: [],
  }),

  page_offset: method({
    by: writers,
    doc: 'Get the page that is `offset` pages away from the one that returned the context.',
    safe: true,
    grants: viewing,
    input: z.strictObject(offset),
    output: Page,
    errors: ['INVALID_CONTEXT'],
    events: [],
  }),

  send: method({
    by: writers,
    doc:
      'Send a message to members of the hub. Ids that are not of members are skipped, as are ' +
      'members who blocked the caller or whom the caller blocked.',
    safe: false,
    grants: sending,
    input: z.strictObject({ to_ids: userIds(1), ...body, echoId: echoId.optional() }),
    output: Sent,
    errors: ['INVALID_RECIPIENT', 'RECIPIENT_LIMIT', 'ECHO_ID_CONFLICT'],
    events: ['messaging.send'],
  }),

  mark_read: method({
    by: writers,
    doc: 'Mark messages of one of the caller’s boxes as read. `actual` counts those that exist.',
    safe: false,
    grants: viewing,
    input: z.strictObject({ box: boxName, message_ids: ids(0) }),
    output: Done,
    errors: [],
    events: ['messaging.mark_read'],
  }),

  delete: method({
    by: writers,
    doc: 'Delete messages from one of the caller’s boxes. Other owners keep theirs.',
    safe: false,
    grants: acting,
    input: z.strictObject({ box: boxName, message_ids: ids(0) }),
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
      to_ids: userIds(1),
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
    doc:
      'Send a message from the system to every member of the hub. It is delivered in batches ' +
      'after the reply; sys_bulk returns the progress.',
    safe: false,
    input: z.strictObject({ ...body, from: sender, echoId: echoId.optional() }),
    output: z.strictObject({ message_id: z.string(), echoId: z.string().optional() }),
    errors: ['ECHO_ID_CONFLICT'],
    events: [],
  }),

  sys_bulk: method({
    by: administrators,
    grants: acting,
    doc: 'Get the progress of a message to every member.',
    safe: true,
    input: z.strictObject({ message_id: id }),
    output: z.strictObject({ message_id: z.string(), sent: count, is_done: bit }),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  sys_get: method({
    by: administrators,
    grants: acting,
    doc:
      'Get messages from the system by id, without the state of their owners’ copies. Messages ' +
      'that members sent are skipped; only a server with a brainCloud key gets them too.',
    safe: true,
    input: z.strictObject({ message_ids: ids(0) }),
    output: z.strictObject({ ...Done.shape, items: z.array(SharedMail) }),
    errors: [],
    events: [],
  }),

  sys_page: method({
    by: administrators,
    grants: acting,
    doc:
      'Get a page of messages from the system that match the criteria, of all owners or of one. ' +
      'A server with a brainCloud key gets messages that members sent, too.',
    safe: true,
    input: z.strictObject({ ...paged, owner_id: id.optional() }),
    output: Page,
    errors: ['INVALID_CRITERIA'],
    events: [],
  }),

  sys_page_offset: method({
    by: administrators,
    grants: acting,
    doc:
      'Get the page that is `offset` pages away from the one of sys_page that returned the ' +
      'context.',
    safe: true,
    input: z.strictObject(offset),
    output: Page,
    errors: ['INVALID_CONTEXT'],
    events: [],
  }),

  sys_update: method({
    by: administrators,
    grants: acting,
    doc:
      'Replace the content of a message from the system for all its owners. With a version, ' +
      'fails unless the message still has that version. A message that a member sent stays ' +
      'unchanged: `actual` is 0.',
    safe: false,
    input: z.strictObject({ message_id: id, version, ...body }),
    output: z.strictObject({ ...Done.shape, message_id: z.string() }),
    errors: ['VERSION_MISMATCH'],
    events: ['messaging.sys_update'],
  }),

  sys_delete: method({
    by: administrators,
    grants: acting,
    doc:
      'Delete messages from the system for all their owners. With a version, message_ids must ' +
      'name a single message, and the call fails unless that message still has the version. Only ' +
      'a server with a brainCloud key deletes messages that members sent.',
    safe: false,
    input: z.strictObject({ message_ids: ids(1), version }),
    output: Done,
    errors: ['VERSION_MISMATCH'],
    events: ['messaging.sys_delete'],
  }),
};
