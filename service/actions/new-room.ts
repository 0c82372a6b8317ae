import { newId } from '../../db/rows/ids.ts';
import type { RoomRecord } from '../../db/rows/rooms/rooms.ts';

type Given = 'hubId' | 'kind' | 'name' | 'description' | 'createdBy';

/** Returns the row of a new, empty room: private, open, without participants or messages. */
export const newRoom = (
  given: Pick<RoomRecord, Given> & Partial<RoomRecord>,
  now: number,
): RoomRecord => ({
  id: newId(),
  directKey: null,
  channelKey: null,
  historyLimit: null,
  expireDays: null,
  isPublic: false,
  archived: false,
  lastOrdinal: 0,
  lastAtMs: now,
  removedAt: 0,
  expiredAt: 0,
  purgedAt: 0,
  lastSeq: 0,
  memberCount: 0,
  createdMs: now,
  ...given,
});
