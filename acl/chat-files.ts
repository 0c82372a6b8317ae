import { z } from 'zod';
import { Attachment, category, count, file, id, integer, list, StagedFile } from './entities.ts';
import { method } from './method.ts';

const sending = ['chat:chat:access', 'chat:roomMessage:add', 'chat:1on1Message:add'] as const;
const viewing = ['chat:chat:access', 'chat:room:view', 'chat:1on1:view', 'chat:1on1Message:view'] as const;

/** The methods of chat that are about files. */
export const chatFiles = {
  attachment: method({
    doc: 'List the files of a message, in the order they were sent; five a page.',
    scope: 'hub',
    permission: 'read',
    safe: true,
    grants: viewing,
    input: z.object({ message_id: id, page: integer(1, 1_000_000).default(1) }),
    output: z.array(Attachment),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  upload: method({
    doc: 'Take files in, to be sent with chat.post; those not sent within 48 hours are removed. The hub is named by the query, x-hub-id or the host.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: sending,
    multipart: true,
    input: z.object({ file: list(file, 1, 100) }),
    output: z.array(StagedFile),
    errors: [],
    events: [],
  }),

  upload_remove: method({
    doc: 'Remove a file that I have uploaded and not sent.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: sending,
    input: z.object({ nid: id }),
    output: z.strictObject({
      nid: z.string(),
      hub_id: z.string(),
      file_name: z.string(),
      filesize: count,
      extension: z.string(),
      category,
      deleted: z.literal(1),
    }),
    errors: ['INVALID_ATTACHMENT'],
    codes: { nid: 'INVALID_ATTACHMENT' },
    events: [],
  }),
};

/** GET /-/file/<nid>[/thumb]: no method by name, but admitted like one. */
export const fileBytes = method({
  doc: 'Get the bytes of a file that a message visible to me refers to, or of one that I have uploaded and not sent.',
  scope: 'hub',
  permission: 'read',
  safe: true,
  grants: viewing,
  input: z.object({}),
  output: z.unknown(),
  errors: ['FILE_NOT_FOUND'],
  events: [],
});
