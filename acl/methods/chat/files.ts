import { z } from 'zod';
import { Attachment, category, file, StagedFile } from '../../entities/file.ts';
import { readers, writers } from '../../language/by.ts';
import { count, id, list, page } from '../../language/fields.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { posting, viewing } = chatGrants;

export const files = {
  attachment: method({
    doc: 'List the files of a message, in the order they were sent; five a page.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({ message_id: id, page }),
    output: z.array(Attachment),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  upload: method({
    doc: 'Take files in, to be sent with chat.post; those not sent within 48 hours are removed. The hub is named by the query, x-hub-id or the host.',
    by: writers,
    safe: false,
    grants: posting,
    multipart: true,
    input: z.object({ file: list(file, 1, 100) }),
    output: z.array(StagedFile),
    errors: [],
    events: [],
  }),

  upload_remove: method({
    doc: 'Remove a file that I have uploaded and not sent.',
    by: writers,
    safe: false,
    grants: posting,
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
  by: readers,
  safe: true,
  grants: viewing,
  input: z.object({}),
  output: z.unknown(),
  errors: ['FILE_NOT_FOUND', 'INVALID_RANGE'],
  events: [],
});
