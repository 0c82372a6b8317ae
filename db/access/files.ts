import { listReadable } from '../reading/messages/files.ts';
import { type AttachmentRecord, lockStagedFile } from '../rows/messages/attachments.ts';
import type { AccessCall } from './call.ts';

export const notStaged = 'attachment: one is not a file that you uploaded and have not sent';

/** Locks a file to remove: the caller must have uploaded it and not sent it. */
export async function fileToRemove(
  { hub, user, fail }: AccessCall<'INVALID_ATTACHMENT'>,
  id: string,
): Promise<AttachmentRecord> {
  const file = await lockStagedFile(hub, user.id, id);
  return (
    file ?? fail('INVALID_ATTACHMENT', 'nid: is not a file that you uploaded and have not sent')
  );
}

/** Returns a file whose bytes the caller may read. */
export async function fileToRead(
  { hub, user, fail }: AccessCall<'FILE_NOT_FOUND'>,
  id: string,
): Promise<AttachmentRecord> {
  const [file] = await listReadable(hub, user.id, [id]);
  return file ?? fail('FILE_NOT_FOUND');
}

/** Returns those of some files whose bytes the caller may read, by id. */
export async function filesInSight(
  { hub, user }: Pick<AccessCall, 'hub' | 'user'>,
  ids: readonly string[],
): Promise<Map<string, AttachmentRecord>> {
  const files = await listReadable(hub, user.id, ids);
  return new Map(files.map((file) => [file.id, file]));
}
