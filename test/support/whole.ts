import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Pool } from '../../db/connection/connect.ts';
import { createDiskStore } from '../../uploads/disk.ts';
import { filesIn } from './files.ts';

export interface FileRow {
  id: string;
  state: 'staged' | 'attached' | 'freed';
  /** The number of messages that it is attached to. */
  links: number;
  filesize: number;
  hasThumbnail: number;
}

/** The rows of a hub's files, or of all hubs'. */
export async function fileRows(
  pool: Pool,
  hubId?: string,
): Promise<(FileRow & { hubId: string })[]> {
  const [rows] = await pool.query(
    `SELECT hub_id AS hubId, id, state, filesize, has_thumbnail AS hasThumbnail,
       (SELECT COUNT(*) FROM message_attachments ma
         WHERE ma.hub_id = attachments.hub_id AND ma.attachment_id = attachments.id) AS links
     FROM attachments ${hubId === undefined ? '' : 'WHERE hub_id = ?'} ORDER BY id`,
    hubId === undefined ? [] : [hubId],
  );
  return rows as (FileRow & { hubId: string })[];
}

/** Asserts that rows, bytes and messages agree in all hubs. Call it after a sweep. */
export async function expectWhole(pool: Pool, folder: string): Promise<void> {
  const query = async (sql: string) => (await pool.query(sql))[0];
  const rows = await fileRows(pool);
  const due = rows.flatMap(({ hubId, id, hasThumbnail }) =>
    [id, ...(hasThumbnail ? [`${id}.thumb`] : [])].map((name) => `${hubId}/${name}`),
  );
  const there: string[] = [];
  for await (const { hubId, id, variant } of createDiskStore(folder).list())
    there.push(`${hubId}/${id}${variant === 'thumb' ? '.thumb' : ''}`);
  expect(there.sort(), 'bytes').to.deep.equal(due.sort());
  const all = await filesIn(folder);
  expect(all.length, 'stray files').to.equal(there.length);
  for (const { hubId, id, filesize, state, links } of rows) {
    const { length } = await readFile(join(folder, hubId, id.slice(-2), id));
    expect({ id, length, state }).to.deep.equal({
      id,
      length: filesize,
      state: links > 0 ? 'attached' : 'staged',
    });
  }
  const broken = await query(
    `SELECT ma.message_id FROM message_attachments ma
       LEFT JOIN attachments a
         ON a.hub_id = ma.hub_id AND a.id = ma.attachment_id AND a.state = 'attached'
       LEFT JOIN messages m
         ON m.hub_id = ma.hub_id AND m.id = ma.message_id AND m.deleted_ms IS NULL
      WHERE a.id IS NULL OR m.id IS NULL`,
  );
  expect(broken, 'dangling links').to.deep.equal([]);
  const miscounted = await query(
    `SELECT id FROM messages m WHERE deleted_ms IS NULL AND attachment_count <>
       (SELECT COUNT(*) FROM message_attachments ma
         WHERE ma.hub_id = m.hub_id AND ma.message_id = m.id)`,
  );
  expect(miscounted, 'messages with a wrong attachment_count').to.deep.equal([]);
}
