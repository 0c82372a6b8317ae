/** The files of a conversation. */
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';
import { type AttachmentRecord, attachmentColumns } from '../../rows/messages/attachments.ts';
import { directKey, entityOf } from '../../rows/rooms/direct-key.ts';
import { roomOfEntity } from '../rooms/conversations.ts';
import { isVisible, ownRoom } from './views.ts';

/** A place among the files of a room: a message's ordinal, and the file's position in it. */
export interface FilePlace {
  ordinal: number;
  position: number;
}

/** A page of files. With `after` alone it is the page that follows it, else the newest. */
export interface FilesPage {
  kind: 'pictures' | 'others' | 'all';
  /** Exclusive. */
  before: FilePlace | undefined;
  after: FilePlace | undefined;
  limit: number;
}

/** A file of a conversation, with what its reader sees of its message. */
export interface RoomFileView extends AttachmentRecord, FilePlace {
  messageId: string;
  author: Person;
  postedMs: number;
  /** Of its conversation, for the reader. */
  entityId: string;
}

interface Row extends AttachmentRecord, FilePlace {
  messageId: string;
  authorId: string;
  firstname: string | null;
  lastname: string | null;
  postedMs: number;
  roomId: string;
  directKey: string | null;
}

const first: FilePlace = { ordinal: 0, position: 0 };
const last: FilePlace = { ordinal: Number.MAX_SAFE_INTEGER, position: 0 };

const between = `f.ordinal <= ? AND (f.ordinal < ? OR f.position < ?)
  AND f.ordinal >= ? AND (f.ordinal > ? OR f.position > ?)`;

const paramsOf = ({ ordinal, position }: FilePlace) => [ordinal, ordinal, position];

/** Whether a file is a picture, by the kinds of a page. */
const kinds = { pictures: [1], others: [0], all: [1, 0] } as const;

/**
 * Returns the files of the messages that a member can see in a conversation, the newest first.
 * Finds the conversation by its entity_id in the same statement: the page is empty without one.
 */
export async function listRoomFiles(
  hub: Hub,
  userId: string,
  entityId: string,
  page: FilesPage,
): Promise<RoomFileView[]> {
  const { kind, before = last, after = first, limit } = page;
  const isAscending = page.after !== undefined && page.before === undefined;
  const order = isAscending ? 'ASC' : 'DESC';
  const [roomId, ...roomParams] = roomOfEntity(hub, userId, entityId);
  // A direct conversation is found by its other user only.
  const part = (isPicture: 0 | 1): Part => [
    `(SELECT f.hub_id, f.message_id, f.ordinal, f.position, f.attachment_id, r.id AS room_id,
        r.direct_key, m.author_id, m.created_ms
      FROM ${ownRoom} JOIN message_attachments f FORCE INDEX (message_attachments_room)
        ON f.hub_id = p.hub_id AND f.room_id = p.room_id AND f.is_picture = ${isPicture}
      STRAIGHT_JOIN messages m FORCE INDEX (PRIMARY)
        ON m.hub_id = f.hub_id AND m.room_id = f.room_id AND m.ordinal = f.ordinal
      WHERE p.hub_id = ? AND p.room_id = ${roomId} AND p.user_id = ?
        AND (r.kind <> 'direct' OR r.direct_key = ?) AND ${isVisible} AND ${between}
      ORDER BY f.ordinal ${order}, f.position ${order} LIMIT ?)`,
    ...[hub.id, ...roomParams, userId, directKey(userId, entityId)],
    ...[...paramsOf(before), ...paramsOf(after), limit],
  ];
  const parts = kinds[kind].map(part);
  const rows = await hub.read<Row>(
    `SELECT ${attachmentColumns.list}, k.message_id AS messageId, k.ordinal, k.position,
       k.author_id AS authorId, k.created_ms AS postedMs, k.room_id AS roomId,
       k.direct_key AS directKey, u.firstname, u.lastname
     FROM (${parts.map(([sql]) => sql).join(' UNION ALL ')}
       ORDER BY ordinal ${order}, position ${order} LIMIT ?) k
     STRAIGHT_JOIN attachments a FORCE INDEX (PRIMARY)
       ON a.hub_id = k.hub_id AND a.id = k.attachment_id
     LEFT JOIN users u FORCE INDEX (PRIMARY) ON u.id = k.author_id
     ORDER BY k.ordinal DESC, k.position DESC`,
    [...parts.flatMap(([, ...params]) => params), limit],
  );
  return rows.map((row) => viewOf(row, userId));
}

function viewOf(row: Row, userId: string): RoomFileView {
  const { authorId, firstname, lastname, roomId, directKey: key, ...file } = row;
  return {
    ...attachmentColumns.decode(file),
    author: { id: authorId, firstname: firstname ?? '', lastname: lastname ?? '' },
    entityId: entityOf({ id: roomId, directKey: key }, userId),
  };
}
