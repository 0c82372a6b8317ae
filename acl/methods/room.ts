import { z } from 'zod';
import { Participant, RoomInfo, RoomWithUsers, visibility } from '../entities/room.ts';
import { writers } from '../language/by.ts';
import {
  count,
  cursor,
  echoId,
  flag,
  id,
  integer,
  list,
  roomName,
  text,
} from '../language/fields.ts';
import { method } from '../language/method.ts';

const someUsers = { user_id: id.optional(), user_ids: list(id, 1, 1000).optional() };
export const room = {
  create: method({
    doc: 'Make a group room; the caller is its first participant and its owner. With an echoId a repeated call answers the same room.',
    by: writers,
    safe: false,
    grants: ['chat:chat:access', 'chat:room:add'],
    input: z.strictObject({
      name: roomName,
      user_ids: list(id, 0, 1000).default([]),
      description: text(2000).default(''),
      /** Any member of the hub may find a public one and join. */
      visibility: visibility.default('private'),
      echoId: echoId.optional(),
    }),
    output: RoomWithUsers,
    errors: ['INVALID_CONTACT', 'ECHO_ID_CONFLICT', 'ROOM_FULL'],
    events: ['room.create'],
  }),

  info: method({
    doc: 'Get a group room’s name, description, owners and state; a public one also from outside.',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({ entity_id: id }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  update: method({
    doc: 'Change a group room: name, description and pins as any participant, owners and visibility as its owner or an admin. All of it or nothing.',
    by: writers,
    safe: false,
    grants: ['chat:chat:access', 'chat:room:edit'],
    input: z.strictObject({
      entity_id: id,
      name: roomName.optional(),
      description: text(2000).optional(),
      visibility: visibility.optional(),
      /** Participants; they replace the owners there are. */
      owner_ids: list(id, 1, 100).optional(),
      /** Messages of the room; they replace the pins there are. Those that stay keep their place, of the new ones the first is the newest. */
      pinned_ids: list(id, 0, 5).optional(),
    }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND', 'ROOM_ARCHIVED', 'INVALID_CONTACT', 'MESSAGE_NOT_FOUND'],
    events: ['room.update', 'chat.pin', 'chat.unpin'],
  }),

  participants: method({
    doc: 'List a group room’s participants in the order of their joining.',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      entity_id: id,
      /** 1: only those whom a message that mentions nobody would alert. */
      notify: flag.default(0),
      after: cursor.optional(),
      limit: integer(1, 1000).default(100),
    }),
    output: z.array(Participant),
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  participant: method({
    doc: 'Get one participant of a group room.',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({ entity_id: id, user_id: id }),
    output: Participant,
    errors: ['ROOM_NOT_FOUND', 'INVALID_CONTACT'],
    events: [],
  }),

  list: method({
    doc: 'List group rooms by id: mine, with `public` those that anyone may join, with `all` every one of the hub (admins only, without their messages).',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      all: flag.default(0),
      public: flag.default(0),
      /** Only these. */
      entity_ids: list(id, 1, 100).optional(),
      key: text(255).default(''),
      after: cursor.optional(),
      limit: integer(1, 100).default(45),
    }),
    output: z.array(z.strictObject({ ...RoomInfo.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),

  add: method({
    doc: 'Add members of the hub to a group room. Any participant may; who is in already is left as he is. Anyone may add himself to a public one.',
    by: writers,
    safe: false,
    grants: ['chat:chat:access', 'chat:participant:add'],
    input: z.strictObject({ entity_id: id, ...someUsers }),
    output: z.strictObject({
      entity_id: z.string(),
      user_ids: z.array(z.string()),
      member_count: count,
    }),
    errors: ['ROOM_NOT_FOUND', 'INVALID_CONTACT', 'ROOM_ARCHIVED', 'ROOM_FULL'],
    events: ['room.add'],
  }),

  remove: method({
    doc: 'Remove participants from a group room; oneself is leaving, others need its owner or an admin. Who is not in is passed over. From a public room nobody is kept out.',
    by: writers,
    safe: false,
    grants: ['chat:chat:access', 'chat:participant:delete'],
    input: z.strictObject({ entity_id: id, ...someUsers }),
    output: z.strictObject({
      entity_id: z.string(),
      user_ids: z.array(z.string()),
      member_count: count,
    }),
    errors: ['ROOM_NOT_FOUND'],
    events: ['room.remove'],
  }),
};
