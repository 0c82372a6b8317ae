import { z } from 'zod';
import {
  Attachment,
  category,
  FileLinks,
  file,
  RoomFile,
  StagedFile,
} from '../../entities/file.ts';
import { readers, writers } from '../../language/by.ts';
import { count, cursor, id, idList, list, page, rows } from '../../language/fields.ts';
import { maxIds, maxPageRows, pageFiles, stagedFileHours } from '../../language/limits.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { posting, viewing } = chatGrants;

export const files = {
  attachment: method({
    doc: `List the files of a message, in the order they were sent, ${pageFiles} a page.`,
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({ message_id: id, page }),
    output: z.array(Attachment),
    errors: ['MESSAGE_NOT_FOUND'],
    events: [],
  }),

  files: method({
    doc:
      'List the files of a conversation, the newest first: pictures (images with a thumbnail), ' +
      'other files, or both. `before` and `after` are the cursor of a row, or a message of the ' +
      'conversation. It marks nothing as read.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({
      entity_id: id,
      kind: z.enum(['pictures', 'others', 'all']).default('all'),
      limit: rows(maxPageRows),
      before: cursor.optional(),
      after: cursor.optional(),
    }),
    output: z.array(RoomFile),
    errors: ['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND'],
    events: [],
  }),

  file_urls: method({
    doc:
      'Get signed links to files by their nids, in the order given, for a page’s images, videos ' +
      'and downloads. Files that the caller cannot read are left out; fails if none remains.',
    by: readers,
    safe: true,
    grants: viewing,
    input: z.object({ nids: idList }),
    output: z.array(FileLinks),
    errors: ['FILE_NOT_FOUND'],
    events: [],
  }),

  upload: method({
    doc:
      `Upload files to send with chat.post. Files not sent within ${stagedFileHours} hours are ` +
      'removed. The hub is named by the query, by x-hub-id or by the host.',
    by: writers,
    safe: false,
    grants: posting,
    multipart: true,
    input: z.object({ file: list(file, 1, maxIds) }),
    output: z.array(StagedFile),
    errors: [],
    events: [],
  }),

  upload_remove: method({
    doc: 'Remove a file that the caller has uploaded and not sent.',
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
