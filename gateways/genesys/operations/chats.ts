import type { RoomInfo, RoomRow } from '../../../acl/entities.ts';
import { roomJid, userJid } from '../ids.ts';
import { presentRoom, type RoomOptions, toDate, userRef } from '../models.ts';
import { type Asked, base, type Operation, operation } from '../operation.ts';
import { isTrue } from '../wire/query.ts';

const path = '/users/chats/me';
/** As many as a page of chat.chat_rooms has. */
const fullPage = 45;

export const chatOperations = (options: RoomOptions): Operation[] => [
  operation({
    name: 'getUsersChatsMe',
    verb: 'GET',
    path,
    grants: ['chat:chat:access', 'user:chats:view'],
    methods: ['chat.chat_rooms', 'room.list'],
    fields: { before: 'after' },
    async answer(asked) {
      const after = asked.query.get('after') || undefined;
      const rows = await listPage(asked, after);
      const roomIds = rows.filter((row) => row.flag === 'share').map((row) => row.entity_id);
      const listed =
        roomIds.length === 0
          ? []
          : await asked.call('room.list', { entity_ids: roomIds, limit: fullPage });
      const withOwners = isTrue(asked.query, 'includeRoomOwners');
      const roomOf = (info: RoomInfo) => ({
        ...presentRoom(info, asked, options),
        ...(withOwners ? { owners: info.owner_ids.map(userRef) } : {}),
      });
      const rooms = new Map(listed.map((info) => [info.entity_id, roomOf(info)]));
      const next = rows.length < fullPage ? undefined : await nextOf(asked, rows.at(-1)?.cursor);
      return {
        entities: rows.map((row) => presentChat(row, rooms.get(row.entity_id), asked.hubId)),
        ...(next === undefined ? {} : { nextUri: uriAfter(asked.query, next) }),
        selfUri: uriAfter(asked.query, after),
      };
    },
  }),
];

/** One of the caller’s conversations; of a room that he left at this moment no more than its name. */
function presentChat(
  row: RoomRow,
  room: ReturnType<typeof presentRoom> | undefined,
  hubId: string,
) {
  const { entity_id: id, display: name } = row;
  const rest = {
    name,
    open: row.is_archived === 0,
    ...(row.last_message_id === null ? {} : { dateLastMessage: toDate(row.last_activity_ms) }),
    selfUri: base + path,
  };
  if (row.flag === 'contact')
    return {
      id,
      chatType: 'oneOnOne',
      ...rest,
      user: { name, jid: userJid(hubId, id), ...userRef(id) },
    };
  if (!room) return { id: roomJid(hubId, id), chatType: 'adhoc', ...rest };
  return { id: room.id, chatType: room.roomType, ...rest, room };
}

const listPage = (asked: Asked<'chat.chat_rooms'>, before: string | undefined) =>
  asked.call('chat.chat_rooms', {
    option: isTrue(asked.query, 'excludeClosed') ? 'active' : 'all',
    ...(before === undefined ? {} : { before }),
  });

/** Where the next page begins, if there is one. */
async function nextOf(
  asked: Asked<'chat.chat_rooms'>,
  cursor: string | undefined,
): Promise<string | undefined> {
  if (cursor === undefined) return undefined;
  return (await listPage(asked, cursor)).length > 0 ? cursor : undefined;
}

/** The same question from there on. */
function uriAfter(query: URLSearchParams, after: string | undefined): string {
  const asked = new URLSearchParams(query);
  asked.delete('after');
  if (after !== undefined) asked.set('after', after);
  return `${base}${path}${asked.size > 0 ? `?${asked}` : ''}`;
}
