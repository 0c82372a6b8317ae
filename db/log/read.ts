import type { Hub } from '../connection/transaction.ts';
import { columnsOf, events } from '../tables/index.ts';

/** The ends of a hub's event log. */
export interface LogBounds {
  /** The number of the last event. */
  seq: number;
  /** The log is complete after this number. */
  floor: number;
}

export async function findLogBounds(hub: Hub): Promise<LogBounds> {
  const [row] = await hub.read<LogBounds>('SELECT seq, log_floor AS floor FROM hubs WHERE id = ?', [
    hub.id,
  ]);
  return row ?? { seq: 0, floor: 0 };
}

const columns = columnsOf(events, { alias: 'e', except: ['hubId', 'prevSeq', 'createdMs'] });

/** An event of the event table. */
export interface LoggedEvent
  extends Omit<typeof events.$inferSelect, 'hubId' | 'prevSeq' | 'createdMs'> {
  prev: number;
  /** Of a direct room. */
  directKey: string | null;
}

// By the index of direct keys MariaDB would read all rooms of a small hub for each event.
export async function listLoggedEvents(hub: Hub, seqs: readonly number[]): Promise<LoggedEvent[]> {
  if (seqs.length === 0) return [];
  const rows = await hub.read<LoggedEvent>(
    `SELECT ${columns.list}, e.prev_seq AS prev, r.direct_key AS directKey
     FROM events e
     LEFT JOIN rooms r FORCE INDEX (PRIMARY) ON r.hub_id = e.hub_id AND r.id = e.room_id
     WHERE e.hub_id = ? AND e.seq IN (?)`,
    [hub.id, seqs],
  );
  return rows.map(columns.decode);
}
