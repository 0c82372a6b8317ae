/** A message row, as far as the floor reads it. */
export interface FloorMessage {
  id: string;
  roomId: string;
  ordinal: number;
  seq: number;
  authorId: string;
  body: string;
  createdMs: number;
}

const nameOf = (id: string) => ({ id, firstname: 'Ada', lastname: 'Test', surname: 'Ada Test' });

/** A message as replies and events of the service show it, with all its fields. */
export const messageOf = (row: FloorMessage) => ({
  message_id: row.id,
  room_id: row.roomId,
  message: row.body,
  author_id: row.authorId,
  entity: nameOf(row.authorId),
  ctime: Math.floor(row.createdMs / 1000),
  ctime_ms: row.createdMs,
  version: 1,
  edited: 0,
  edited_ms: null,
  is_forward: 0,
  forward_message_id: null,
  is_attachment: 0,
  attachment_count: 0,
  thread_id: null,
  root_id: null,
  thread: null,
  content: null,
  from: null,
  mention_ids: [],
  reactions: [],
  ordinal: row.ordinal,
});

/**
 * A message in a page, as its reader sees it. Its fields are added to the object: to spread one
 * with so many of them costs more than all else that the floor does for a page.
 */
export const entryOf = (row: FloorMessage, entityId: string, seenUpTo: number) =>
  Object.assign(messageOf(row), {
    entity_id: entityId,
    seq: row.seq,
    cursor: String(row.ordinal),
    page: 1,
    status: 'active',
    is_notify: 0,
    is_readed: 1,
    is_seen: row.ordinal <= seenUpTo ? 1 : 0,
    my_reactions: [],
    peer_id: entityId,
  });

/** The event of a new message. */
export const eventOf = (
  row: FloorMessage,
  message: ReturnType<typeof messageOf>,
  event: { hubId: string; entityId: string; prev: number; echoId: string; notify: 0 | 1 },
) => ({
  seq: row.seq,
  hub_id: event.hubId,
  room_id: row.roomId,
  entity_id: event.entityId,
  actor_id: row.authorId,
  stream: row.roomId,
  prev: event.prev,
  echoId: event.echoId,
  notify: event.notify,
  data: message,
});

/** The envelope of a reply. */
export const replyOf = (method: string, data: unknown): string =>
  JSON.stringify({ __ack__: method, __status__: 'online', __timestamp__: Date.now(), data });
