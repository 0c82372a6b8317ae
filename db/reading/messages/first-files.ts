/** The files that a message shows with its text. */
import type { StoredFile } from '../../../acl/entities/file.ts';
import { pageFiles } from '../../../acl/language/limits.ts';

/**
 * The SELECT list's entry for the first files of a message `m`: JSON, so that a page of messages
 * and their files is one statement. Nothing is read for a message without files, or for one of its
 * room `r` that has expired.
 */
export const firstFiles = `IF(m.attachment_count > 0 AND m.ordinal > r.expired_at, (
    SELECT JSON_ARRAYAGG(JSON_ARRAY(ma.position, a.id, a.file_name, a.extension, a.mimetype,
      a.category, a.filesize, a.width, a.height, a.has_thumbnail))
    FROM message_attachments ma FORCE INDEX (PRIMARY)
    STRAIGHT_JOIN attachments a FORCE INDEX (PRIMARY)
      ON a.hub_id = ma.hub_id AND a.id = ma.attachment_id
    WHERE ma.hub_id = m.hub_id AND ma.message_id = m.id AND ma.position < ${pageFiles}
  ), NULL) AS firstFiles`;

/** What `firstFiles` selects: MySQL's driver parses it, MariaDB's does not. */
export type FirstFiles = string | FileFields[] | null;

type FileFields = [
  position: number,
  id: string,
  fileName: string,
  extension: string,
  mimetype: string,
  category: StoredFile['category'],
  filesize: number,
  width: number | null,
  height: number | null,
  hasThumbnail: number | boolean,
];

/** Returns the files that `firstFiles` has selected, in their order. */
export function readFirstFiles(selected: FirstFiles): StoredFile[] {
  if (selected === null) return [];
  const rows = typeof selected === 'string' ? (JSON.parse(selected) as FileFields[]) : selected;
  return rows
    .sort(([a], [b]) => a - b)
    .map(([, id, fileName, extension, mimetype, category, filesize, width, height, thumb]) => ({
      ...{ id, fileName, extension, mimetype, category, filesize, width, height },
      hasThumbnail: Boolean(thumb),
    }));
}
