import type { RoomInfo, RoomRow } from '../../../acl/entities/room.ts';
import { pageRows } from '../../../acl/language/limits.ts';
import { basePath, roomJid, userJid } from '../ids.ts';
import { presentRoom, type RoomOptions, toDate, userRef } from '../models.ts';
import { type Context, type Operation, operation } from '../operation.ts';
import { isTrue } from '../wire/query.ts';

const path = '/users/chats/me';

export const chatOperations = (options: RoomOptions): Operation[] => [
  operation({
    name: 'getUsersChatsMe',
    verb: 'GET',
    path,
    grants: ['chat:chat:access', 'user:chats:view'],
    methods: ['chat.chat_rooms', 'room.list'],
    fields: { before: 'after' },
    async run(context) {
      const after = context.query.get('after') || undefined;
      const rows = await listPage(context, after);
      const rooms = await roomsOf(rows, context, options);
      const next = await nextCursor(context, rows);
      return {
        entities: rows.map((row) => presentChat(row, rooms.get(row.entity_id), context.hubId)),
        nextUri: next === undefined ? undefined : uriAfter(context.query, next),
        selfUri: uriAfter(context.query, after),
      };
    },
  }),
];

type Room = ReturnType<typeof presentRoom>;

/** Returns the presented rooms of a page by their ids. */
async function roomsOf(
  rows: readonly RoomRow[],
  context: Context<'room.list'>,
  options: RoomOptions,
): Promise<Map<string, Room>> {
  const ids = rows.filter((row) => row.flag === 'share').map((row) => row.entity_id);
  if (ids.length === 0) return new Map();
  const withOwners = isTrue(context.query, 'includeRoomOwners');
  const present = (info: RoomInfo) => ({
    ...presentRoom(info, context, options),
    owners: withOwners ? info.owner_ids.map(userRef) : undefined,
  });
  const infos = await context.call('room.list', { entity_ids: ids, limit: pageRows });
  return new Map(infos.map((info) => [info.entity_id, present(info)]));
}

/** Presents a conversation. A room that the caller has just left is unknown but for its name. */
function presentChat(row: RoomRow, room: Room | undefined, hubId: string) {
  const { entity_id: id, display: name } = row;
  const common = {
    name,
    open: row.is_archived === 0,
    dateLastMessage: row.last_message_id === null ? undefined : toDate(row.last_activity_ms),
    selfUri: basePath + path,
  };
  if (row.flag === 'contact')
    return {
      id,
      chatType: 'oneOnOne',
      ...common,
      user: { name, jid: userJid(hubId, id), ...userRef(id) },
    };
  if (!room) return { id: roomJid(hubId, id), chatType: 'adhoc', ...common };
  return { id: room.id, chatType: room.roomType, ...common, room };
}

const listPage = (context: Context<'chat.chat_rooms'>, before: string | undefined) =>
  context.call('chat.chat_rooms', {
    option: isTrue(context.query, 'excludeClosed') ? 'active' : 'all',
    before,
  });

/** Returns where the page after these rows begins; undefined when they are the last ones. */
async function nextCursor(
  context: Context<'chat.chat_rooms'>,
  rows: readonly RoomRow[],
): Promise<string | undefined> {
  const cursor = rows.at(-1)?.cursor;
  if (cursor === undefined || rows.length < pageRows) return undefined;
  return (await listPage(context, cursor)).length > 0 ? cursor : undefined;
}

/** Returns the URI of the same query from a cursor on. */
function uriAfter(query: URLSearchParams, after: string | undefined): string {
  const next = new URLSearchParams(query);
  next.delete('after');
  if (after !== undefined) next.set('after', after);
  return `${basePath}${path}${next.size > 0 ? `?${next}` : ''}`;
}
