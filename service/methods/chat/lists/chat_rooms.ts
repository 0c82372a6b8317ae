import type { Counters, RoomRow } from '../../../../acl/entities/room.ts';
import { roomToRead, tagOfMine } from '../../../../db/access/rooms.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import {
  countTagged,
  countUnread,
  type ListedConversation,
  listPage,
  sumUnread,
} from '../../../../db/reading/conversations.ts';
import { listTagsOf } from '../../../../db/rows/hubs/tags.ts';
import { hasBlocked } from '../../../../db/rows/identity/members.ts';
import type { Call, Handlers } from '../../../core/call.ts';
import { cursorOf, readCursor } from '../../../present/cursors.ts';
import { presentCard, toSeconds } from '../../../present/message.ts';

const pageSize = 45;

interface Wanted {
  page: number;
  before?: string | undefined;
  key: string;
  kind?: 'direct' | 'group';
  tagId?: string;
  option: 'active' | 'archived' | 'all';
}

type Lists =
  | 'chat_rooms'
  | 'chat_room_info'
  | 'contact_rooms'
  | 'share_rooms'
  | 'count_all'
  | 'tag_chat_count'
  | 'to_read';
const kinds = { '': undefined, all: undefined, contact: 'direct', share: 'group' } as const;

export const lists: Pick<Handlers<'chat'>, Lists> = {
  async chat_rooms(call) {
    const { hub, user, input, fail } = call;
    if (input.tag_id) await tagOfMine(call, input.tag_id);
    const kind = kinds[input.flag];
    return listRooms(
      hub,
      user.id,
      { ...input, tagId: input.tag_id, ...(kind ? { kind } : {}) },
      fail,
    );
  },

  async contact_rooms(call) {
    const { hub, user, input, fail } = call;
    if (input.tag_id) await tagOfMine(call, input.tag_id);
    return listRooms(hub, user.id, { ...input, tagId: input.tag_id, kind: 'direct' }, fail);
  },

  share_rooms: ({ hub, user, input, fail }) =>
    listRooms(hub, user.id, { ...input, kind: 'group' }, fail),

  async chat_room_info(call) {
    const { hub, user, input } = call;
    const conversation = await roomToRead(call, input.key, 'ROOM_NOT_FOUND', 'key');
    if (conversation.room) {
      const [listed] = await listPage(hub, user.id, { roomId: conversation.room.id, limit: 1 });
      if (listed) return (await presentRows(hub, user.id, [listed], 1))[0] as RoomRow;
      return call.fail('ROOM_NOT_FOUND');
    }
    const { peer } = conversation;
    const unopened: ListedConversation = {
      ...{
        id: '',
        kind: 'direct',
        directKey: null,
        name: '',
        memberCount: 2,
        lastOrdinal: 0,
        lastAtMs: 0,
        pointer: 0,
        unread: 0,
        isArchived: 0,
      },
      ...{ messageId: null, message: null, authorId: null, attachmentCount: null },
      ...{ peerId: peer.id, firstname: peer.firstname, lastname: peer.lastname },
      isBlocked: (await hasBlocked(hub, user.id, peer.id)) ? 1 : 0,
    };
    return (await presentRows(hub, user.id, [unopened], 1))[0] as RoomRow;
  },

  async count_all({ hub, user }): Promise<Counters> {
    const { direct, share, archived, heads } = await sumUnread(hub, user.id);
    return {
      total_cnt: direct + share + archived,
      contact_chat_cnt: direct,
      share_chat_cnt: share,
      archive_chat_cnt: archived,
      head_chat_cnt: heads,
      support_cnt: 0,
    };
  },

  async tag_chat_count(call) {
    const { hub, user, input } = call;
    const tag = await tagOfMine(call, input.tag_id);
    const count = (await countTagged(hub, user.id, tag.id)).get(tag.id);
    return [
      {
        tag_id: tag.id,
        tag_name: tag.name,
        chat_count: count?.rooms ?? 0,
        room_count: count?.unread ?? 0,
      },
    ];
  },

  async to_read(call) {
    const { hub, user, input } = call;
    const { room } = await roomToRead(call, input.entity_id, 'INVALID_CONTACT');
    const unread = room ? await countUnread(hub, user.id, room.id) : 0;
    const pages = Math.ceil(unread / pageSize);
    return { entity_id: input.entity_id, unread, pages_to_read: pages, page: Math.max(pages, 1) };
  },
};

async function listRooms(
  hub: Hub,
  userId: string,
  wanted: Wanted,
  fail: Call<never>['fail'],
): Promise<RoomRow[]> {
  const { before, page, option, ...filter } = wanted;
  const after =
    before === undefined
      ? undefined
      : (readCursor(before) ?? fail('INVALID_INPUT', 'before: not a cursor of this list'));
  const rows = await listPage(hub, userId, {
    ...filter,
    ...(option === 'all' ? {} : { archived: option === 'archived' }),
    limit: pageSize,
    ...(after ? { before: after } : { offset: (page - 1) * pageSize }),
  });
  return presentRows(hub, userId, rows, page);
}

async function presentRows(
  hub: Hub,
  userId: string,
  rows: readonly ListedConversation[],
  page: number,
): Promise<RoomRow[]> {
  const tags = await listTagsOf(
    hub,
    userId,
    rows.map((row) => row.peerId ?? row.id),
  );
  return rows.map((row): RoomRow => {
    const entityId = row.peerId ?? row.id;
    const peer = row.peerId
      ? presentCard({
          id: row.peerId,
          firstname: row.firstname ?? '',
          lastname: row.lastname ?? '',
        })
      : null;
    return {
      entity_id: entityId,
      room_id: row.id || null,
      hub_id: hub.id,
      flag: row.kind === 'direct' ? 'contact' : 'share',
      contact_id: row.peerId,
      firstname: peer?.firstname ?? null,
      lastname: peer?.lastname ?? null,
      surname: peer?.surname ?? null,
      group_name: peer ? null : row.name,
      display: peer?.surname ?? row.name,
      member_count: row.memberCount,
      last_message: row.message ?? '',
      last_message_id: row.messageId,
      last_author_id: row.authorId,
      is_attachment: row.attachmentCount ? 1 : 0,
      last_activity: toSeconds(row.lastAtMs),
      last_activity_ms: row.lastAtMs,
      unread_count: row.unread,
      is_archived: row.isArchived,
      is_blocked: row.isBlocked,
      status: row.isArchived ? 'archived' : 'active',
      tag_ids: tags.get(entityId) ?? [],
      pointer: row.pointer,
      last_ordinal: row.lastOrdinal,
      page,
      cursor: cursorOf({ ms: row.lastAtMs, id: row.id }),
    };
  });
}
