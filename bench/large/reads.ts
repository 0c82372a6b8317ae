import { maxSkippedRows, pageRows } from '../../acl/language/limits.ts';
import { compare, type Row } from './compare.ts';
import type { FilledHub } from './fill/fill.ts';
import type { Call, World } from './world.ts';

type Who = 'heavyId' | 'ownerId' | 'readerId' | 'ordinaryId' | 'quietId';

interface Read {
  part: string;
  title: string;
  most: number;
  as: Who;
  method: string;
  params(hub: FilledHub): object;
}

const nothing = (): object => ({});
/** The first name of one member, whose number is beyond those of most others. */
const rareName = ({ shape }: FilledHub): string => `User${Math.round(shape.members * 0.74)}`;
const lastGroup = ({ shape }: FilledHub): string =>
  `Group ${2 * Math.floor((shape.heavyRooms - 2) / 2)}`;
const inLong = ({ longRoomId }: FilledHub): object => ({ entity_id: longRoomId });
const deepestPage = ({ shape }: FilledHub): number =>
  1 + Math.floor(Math.min(maxSkippedRows, shape.longMessages - pageRows) / pageRows);
const unmarked = { mark_read: 0 };

/** Calls that change nothing. */
export const reads: readonly Read[] = [
  {
    part: 'sync',
    title: 'chat.sync, far behind, member of one room',
    most: 3,
    as: 'quietId',
    method: 'chat.sync',
    params: ({ beforeMessages: since }) => ({ since }),
  },
  {
    part: 'sync',
    title: 'chat.sync, far behind, ordinary member',
    most: 3,
    as: 'ordinaryId',
    method: 'chat.sync',
    params: ({ beforeMessages: since }) => ({ since }),
  },
  {
    part: 'sync',
    title: 'chat.sync, far behind, member of most rooms',
    most: 3,
    as: 'heavyId',
    method: 'chat.sync',
    params: ({ beforeMessages: since }) => ({ since }),
  },
  {
    part: 'rooms',
    title: 'chat_rooms, page 1, member of most rooms',
    most: 3,
    as: 'heavyId',
    method: 'chat.chat_rooms',
    params: nothing,
  },
  {
    part: 'rooms',
    title: 'chat_rooms, rare key of a peer',
    most: 3,
    as: 'heavyId',
    method: 'chat.chat_rooms',
    params: (hub) => ({ key: rareName(hub) }),
  },
  {
    part: 'rooms',
    title: 'chat_rooms, rare key of a group',
    most: 3,
    as: 'heavyId',
    method: 'chat.chat_rooms',
    params: (hub) => ({ key: lastGroup(hub) }),
  },
  {
    part: 'rooms',
    title: 'chat_rooms, page 1, ordinary member',
    most: 1.5,
    as: 'ordinaryId',
    method: 'chat.chat_rooms',
    params: nothing,
  },
  {
    part: 'count',
    title: 'count_all, member of most rooms',
    most: 3,
    as: 'heavyId',
    method: 'chat.count_all',
    params: nothing,
  },
  {
    part: 'count',
    title: 'count_all, ordinary member',
    most: 1.5,
    as: 'ordinaryId',
    method: 'chat.count_all',
    params: nothing,
  },
  {
    part: 'page',
    title: 'chat.messages, deepest numbered page of the long room',
    most: 3,
    as: 'readerId',
    method: 'chat.messages',
    params: (hub) => ({ ...inLong(hub), ...unmarked, page: deepestPage(hub) }),
  },
  {
    part: 'history',
    title: 'chat.messages by cursor, middle of the long room',
    most: 1.3,
    as: 'readerId',
    method: 'chat.messages',
    params: (hub) => {
      const before = hub.longMessageId(hub.shape.longMessages / 2);
      return { ...inLong(hub), ...unmarked, before };
    },
  },
  {
    part: 'history',
    title: 'chat.messages, newest of the long room',
    most: 1.5,
    as: 'readerId',
    method: 'chat.messages',
    params: (hub) => ({ ...inLong(hub), ...unmarked }),
  },
  {
    part: 'participants',
    title: 'room.participants of the wide room, 100',
    most: 1.5,
    as: 'ordinaryId',
    method: 'room.participants',
    params: ({ wideRoomId: entity_id }) => ({ entity_id, limit: 100 }),
  },
  {
    part: 'lists',
    title: 'room.list, all',
    most: 3,
    as: 'ownerId',
    method: 'room.list',
    params: () => ({ all: 1 }),
  },
  {
    part: 'lists',
    title: 'room.list, all, rare key',
    most: 3,
    as: 'ownerId',
    method: 'room.list',
    params: (hub) => ({ all: 1, key: lastGroup(hub) }),
  },
  {
    part: 'lists',
    title: 'contact.list',
    most: 3,
    as: 'ordinaryId',
    method: 'contact.list',
    params: nothing,
  },
  {
    part: 'lists',
    title: 'contact.list, rare key',
    most: 3,
    as: 'ordinaryId',
    method: 'contact.list',
    params: (hub) => ({ key: rareName(hub) }),
  },
  {
    part: 'lists',
    title: 'hub.members',
    most: 3,
    as: 'ordinaryId',
    method: 'hub.members',
    params: nothing,
  },
  {
    part: 'lists',
    title: 'hub.members, rare key',
    most: 3,
    as: 'ordinaryId',
    method: 'hub.members',
    params: (hub) => ({ key: rareName(hub) }),
  },
  {
    part: 'fine',
    title: 'chat.to_read of the long room',
    most: 1.5,
    as: 'readerId',
    method: 'chat.to_read',
    params: inLong,
  },
  {
    part: 'fine',
    title: 'hub.info',
    most: 1.5,
    as: 'ordinaryId',
    method: 'hub.info',
    params: nothing,
  },
];

export const callOf = ({ as, method, params }: Read, hub: FilledHub): Call => ({
  hub,
  method,
  as: hub[as],
  params: params(hub),
});

export async function measureReads(world: World, isWanted: (part: string) => boolean) {
  const rows: Row[] = [];
  for (const read of reads.filter(({ part }) => isWanted(part))) {
    const { part, title, most } = read;
    const [large, small] = [world.hubs.large, world.hubs.small].map((hub) => callOf(read, hub));
    if (!large || !small) continue;
    rows.push(
      await compare(world, { part, title, most, large: { call: large }, small: { call: small } }),
    );
  }
  return rows;
}
