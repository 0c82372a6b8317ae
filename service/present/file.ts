import type {
  Attachment,
  FileLinks,
  MessageFile,
  RoomFile,
  StagedFile,
  StoredFile,
} from '../../acl/entities/file.ts';
import type { FilePlace, RoomFileView } from '../../db/reading/messages/room-files.ts';
import { presentCard } from './member.ts';
import { toSeconds } from './time.ts';

/** Returns a file that is uploaded and not sent yet. Only images have a size in pixels. */
export const presentFile = (file: StoredFile): StagedFile => ({
  nid: file.id,
  file_name: file.fileName,
  filesize: file.filesize,
  extension: file.extension,
  category: file.category,
  mimetype: file.mimetype,
  width: file.width ?? undefined,
  height: file.height ?? undefined,
  has_thumbnail: file.hasThumbnail ? 1 : 0,
});

/** Returns the signed path of a file or its thumbnail; null if the reader's token gets none. */
export type Link = (nid: string, variant: 'file' | 'thumb') => string | null;

/** Returns the links to a file. */
export const presentLinks = (
  { id, hasThumbnail }: Pick<StoredFile, 'id' | 'hasThumbnail'>,
  link: Link,
): Omit<FileLinks, 'nid'> => ({
  url: link(id, 'file'),
  thumb_url: hasThumbnail ? link(id, 'thumb') : null,
});

/** Returns the files of a message in a reply. */
export const presentMessageFiles = (files: readonly StoredFile[], link: Link): MessageFile[] =>
  files.map((file) => ({ ...presentFile(file), ...presentLinks(file, link) }));

/** Privilege bits of an attachment: its author may also change and delete it. */
const authorPrivilege = 15;
const readerPrivilege = 3;

export const presentAttachment = (
  file: StoredFile,
  links: Omit<FileLinks, 'nid'>,
  { hubId, isAuthor, page }: { hubId: string; isAuthor: boolean; page: number },
): Attachment => ({
  ...presentFile(file),
  ...links,
  hub_id: hubId,
  privilege: isAuthor ? authorPrivilege : readerPrivilege,
  page,
});

/** Returns a file of a conversation, in a list that `cursor` continues. */
export const presentRoomFile = (view: RoomFileView, link: Link): RoomFile => ({
  ...presentFile(view),
  ...presentLinks(view, link),
  message_id: view.messageId,
  entity_id: view.entityId,
  author_id: view.author.id,
  entity: presentCard(view.author),
  ctime: toSeconds(view.postedMs),
  ctime_ms: view.postedMs,
  cursor: `${view.ordinal}.${view.position}`,
});

/** Returns the place of the file whose cursor this is; undefined if it is none. */
export function placeOfFile(cursor: string): FilePlace | undefined {
  const [, ordinal, position] = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor) ?? [];
  return ordinal === undefined
    ? undefined
    : { ordinal: Number(ordinal), position: Number(position) };
}

export function presentRemovedFile(file: StoredFile, hubId: string) {
  const { nid, file_name, filesize, extension, category } = presentFile(file);
  return { nid, hub_id: hubId, file_name, filesize, extension, category, deleted: 1 as const };
}
