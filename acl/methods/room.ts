import { z } from 'zod';
import { Participant, RoomInfo, RoomWithUsers, visibility } from '../entities/room.ts';
import { writersAndSystem } from '../language/by.ts';
import {
  count,
  cursor,
  description,
  done,
  echoId,
  externalId,
  flag,
  id,
  ids,
  list,
  rows,
  search,
  title,
  userIds,
} from '../language/fields.ts';
import { maxPageRows, maxPeopleRows, maxPins } from '../language/limits.ts';
import { method } from '../language/method.ts';

const someUsers = { user_id: id.optional(), user_ids: userIds(1).optional() };

export const room = {
  create: method({
    doc:
      'Create a group room. The caller becomes its first participant and owner; a key or the ' +
      'operator names the owners instead. With an echoId, a repeated call returns the same room.',
    by: writersAndSystem,
    safe: false,
    grants: ['chat:chat:access', 'chat:room:add'],
    input: z.strictObject({
      name: title,
      user_ids: userIds(0).default([]),
      description: description.default(''),
      /** `public`: every member of the hub may find the room and join. */
      visibility: visibility.default('private'),
      /** By keys and the operator, who must give it: participants who own the room. */
      owner_ids: userIds(1).optional(),
      /** By keys and the operator: the application’s own id of the room, unique in the hub. */
      external_id: externalId.optional(),
      /** By keys and the operator: 1 lets them read the room’s messages. */
      system_access: flag.optional(),
      echoId: echoId.optional(),
    }),
    output: RoomWithUsers,
    errors: ['INVALID_CONTACT', 'ECHO_ID_CONFLICT', 'ROOM_FULL'],
    events: ['room.create'],
  }),

  info: method({
    doc:
      'Get a group room’s name, description, owners and state. Public rooms can be read without ' +
      'being a participant. Named by one of its two ids.',
    by: writersAndSystem,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      entity_id: id.optional(),
      /** The application’s own id of the room. */
      external_id: externalId.optional(),
    }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  update: method({
    doc:
      'Change a group room. Participants may change its name, description and pins; its owners ' +
      'and admins also its owners and visibility. Only owners who are participants set ' +
      '`system_access`. Keys and the operator may change rooms that a key has made, but for ' +
      'pins and `system_access`. Changes all of it or nothing.',
    by: writersAndSystem,
    safe: false,
    grants: ['chat:chat:access', 'chat:room:edit'],
    input: z.strictObject({
      entity_id: id,
      name: title.optional(),
      description: description.optional(),
      visibility: visibility.optional(),
      /**
       * 1: keys and the operator may read, change and delete the messages that are posted from now
       * on. 0: no longer.
       */
      system_access: flag.optional(),
      /** The new owners, who must be participants. They replace all present owners. */
      owner_ids: ids(1).optional(),
      /**
       * Messages of the room; they replace all present pins. Messages that are pinned already keep
       * their position. Of the others the first counts as pinned last.
       */
      pinned_ids: list(id, 0, maxPins).optional(),
    }),
    output: RoomInfo,
    errors: ['ROOM_NOT_FOUND', 'ROOM_ARCHIVED', 'INVALID_CONTACT', 'MESSAGE_NOT_FOUND'],
    events: ['room.update', 'chat.pin', 'chat.unpin'],
  }),

  participants: method({
    doc: 'List a group room’s participants in the order they joined.',
    by: writersAndSystem,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      entity_id: id,
      /** 1: return only the participants whom a message without mentions would notify. */
      notify: flag.default(0),
      after: cursor.optional(),
      limit: rows(maxPeopleRows, 100),
    }),
    output: z.array(Participant),
    errors: ['ROOM_NOT_FOUND'],
    events: [],
  }),

  participant: method({
    doc: 'Get one participant of a group room.',
    by: writersAndSystem,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({ entity_id: id, user_id: id }),
    output: Participant,
    errors: ['ROOM_NOT_FOUND', 'INVALID_CONTACT'],
    events: [],
  }),

  list: method({
    doc:
      'List group rooms by id: the caller’s; with `public` those that anyone may join; with ' +
      '`all` every room of the hub (admins only, without messages), as keys and the operator ' +
      'always do.',
    by: writersAndSystem,
    safe: true,
    grants: ['chat:chat:access', 'chat:room:view'],
    input: z.strictObject({
      all: flag.default(0),
      public: flag.default(0),
      /** Return only these rooms. */
      entity_ids: ids(1).optional(),
      key: search,
      after: cursor.optional(),
      limit: rows(maxPageRows),
    }),
    output: z.array(z.strictObject({ ...RoomInfo.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),

  add: method({
    doc:
      'Add members of the hub to a group room. Any participant may add members, and any member ' +
      'may add themselves to a public room; keys and the operator add members to rooms that a ' +
      'key has made. Users who are participants already are unchanged.',
    by: writersAndSystem,
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
    doc:
      'Remove participants from a group room. Participants may remove themselves; removing ' +
      'others requires an owner of the room or an admin; keys and the operator remove them from ' +
      'rooms that a key has made. Users who are not participants are skipped. A removed user ' +
      'can rejoin a public room.',
    by: writersAndSystem,
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

  delete: method({
    doc:
      'Delete a group room with its messages and files, for everyone. An owner of the room, an ' +
      'admin, a key or the operator may. Its external_id may be used again.',
    by: writersAndSystem,
    safe: false,
    grants: ['chat:chat:access', 'chat:room:edit'],
    input: z.strictObject({ entity_id: id }),
    output: done,
    errors: ['ROOM_NOT_FOUND'],
    events: ['room.delete'],
  }),
};
