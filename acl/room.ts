import { z } from 'zod';
import {
  Card,
  count,
  cursor,
  echoId,
  flag,
  id,
  integer,
  list,
  Participant,
  RoomInfo,
  roomName,
  text,
} from './entities.ts';
import { method } from './method.ts';

const someUsers = { user_id: id.optional(), user_ids: list(id, 1, 1000).optional() };
const RoomWithUsers = z.strictObject({ ...RoomInfo.shape, user_ids: z.array(z.string()), users: z.array(Card) });

export const room = {
  create: method({
    doc: 'Make a group room; the caller is its first participant and its owner. With an echoId a repeated call answers the same room.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: ['chat:chat:access', 'chat:room:add'],
    input: z.strictObject({
      name: roomName,
      user_ids: list(id, 0, 1000).default([]),
      description: text(2000).default(''),
      echoId: echoId.optional(),
    }),
    output: RoomWithUsers,
    errors: ['INVALID_CONTACT', 'ECHO_ID_CONFLICT'],
    events: ['room.create'],
  }),

  info: method({
    doc: 'Get a group room’s name, description, owners and state.',
    scope: 'hub',
    permission: 'write',
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({ entity_id: id }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  update: method({
    doc: 'Rename or describe a group room. Any participant may.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: ['chat:chat:access', 'chat:room:edit'],
    input: z.strictObject({ entity_id: id, name: roomName.optional(), description: text(2000).optional() }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND', 'ROOM_ARCHIVED'],
    events: ['room.update'],
  }),

  participants: method({
    doc: 'List a group room’s participants in the order of their joining.',
    scope: 'hub',
    permission: 'write',
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({ entity_id: id, after: cursor.optional(), limit: integer(1, 1000).default(100) }),
    output: z.array(Participant),
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  list: method({
    doc: 'List group rooms by id: mine, or with `all` every one of the hub (admins only, without their messages).',
    scope: 'hub',
    permission: 'write',
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      all: flag.default(0),
      key: text(255).default(''),
      after: cursor.optional(),
      limit: integer(1, 100).default(45),
    }),
    output: z.array(z.strictObject({ ...RoomInfo.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),

  add: method({
    doc: 'Add members of the hub to a group room. Any participant may; who is in already is left as he is.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: ['chat:chat:access', 'chat:participant:add'],
    input: z.strictObject({ entity_id: id, ...someUsers }),
    output: z.strictObject({ entity_id: z.string(), user_ids: z.array(z.string()), member_count: count }),
    errors: ['ROOM_NOT_FOUND', 'INVALID_CONTACT', 'ROOM_ARCHIVED'],
    events: ['room.add'],
  }),

  remove: method({
    doc: 'Remove participants from a group room; oneself is leaving, others need its owner or an admin. Who is not in is passed over.',
    scope: 'hub',
    permission: 'write',
    safe: false,
    grants: ['chat:chat:access', 'chat:participant:delete'],
    input: z.strictObject({ entity_id: id, ...someUsers }),
    output: z.strictObject({ entity_id: z.string(), user_ids: z.array(z.string()), member_count: count }),
    errors: ['ROOM_NOT_FOUND'],
    events: ['room.remove'],
  }),
};
