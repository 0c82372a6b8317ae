import type { RoomInfo } from '../../../acl/entities/room.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import { notFound, tooManyPins } from '../errors.ts';
import { roomJid, userJid } from '../ids.ts';
import {
  messageRef,
  presentParticipant,
  presentRoom,
  type RoomOptions,
  userRef,
} from '../models.ts';
import { type Context, type Operation, operation } from '../operation.ts';
import { isTrue } from '../wire/query.ts';
import { CreateRoomRequest, exceedsPinLimit, RoomUpdateRequest } from '../wire/schemas.ts';

/** The largest page of room.participants. */
const participantsPerPage = 1000;
const path = '/chats/rooms/:roomJid';
const participantPath = `${path}/participants/:userId`;

/** Returns the room and the user that a path names, as parameters. */
const participantOf = ({ roomId, pathUserId }: Pick<Context, 'roomId' | 'pathUserId'>) => ({
  entity_id: roomId,
  user_id: pathUserId,
});

const createRoom = operation({
  name: 'postChatsRooms',
  verb: 'POST',
  path: '/chats/rooms',
  grants: ['chat:chat:access', 'chat:room:add'],
  methods: ['room.create'],
  body: CreateRoomRequest,
  fields: { name: 'subject', description: 'description', user_ids: 'userIds' },
  async run(context) {
    const room = await context.call('room.create', () => {
      const { subject: name, description, userIds } = context.body;
      return { name, description, user_ids: userIds };
    });
    return { jid: roomJid(context.hubId, room.room_id) };
  },
});

const readRoom = (options: RoomOptions): Operation =>
  operation({
    name: 'getChatsRoom',
    verb: 'GET',
    path,
    grants: ['chat:chat:access', 'chat:room:view'],
    methods: ['room.info', 'chat.pins'],
    async run(context) {
      const room = await context.call('room.info', () => ({ entity_id: context.roomId }));
      const pins = await listPins(context, room);
      return {
        ...presentRoom(room, context, options),
        owners: room.owner_ids.map(userRef),
        pinnedMessages: pins.map(messageRef),
      };
    },
  });

const updateRoom = operation({
  name: 'patchChatsRoom',
  verb: 'PATCH',
  path,
  grants: ['chat:chat:access', 'chat:room:edit'],
  methods: ['room.update'],
  body: RoomUpdateRequest,
  fields: {
    name: 'subject',
    description: 'description',
    owner_ids: 'ownerIds',
    pinned_ids: 'pinnedMessageIds',
  },
  async run(context) {
    await context.call('room.update', () => {
      const { roomId, body } = context;
      if (exceedsPinLimit(body.pinnedMessageIds ?? [])) throw tooManyPins();
      return {
        entity_id: roomId,
        name: body.subject,
        description: body.description,
        owner_ids: body.ownerIds,
        pinned_ids: body.pinnedMessageIds,
      };
    });
  },
});

const listRoomParticipants = operation({
  name: 'getChatsRoomParticipants',
  verb: 'GET',
  path: `${path}/participants`,
  grants: ['chat:chat:access', 'chat:room:view'],
  methods: ['room.participants'],
  async run(context) {
    const rows = await listParticipants(context);
    return { participants: rows.map((row) => presentParticipant(row, context)) };
  },
});

const findParticipant = operation({
  name: 'getChatsRoomParticipant',
  verb: 'GET',
  path: participantPath,
  grants: 'any',
  methods: ['room.participant'],
  async run(context) {
    const { user_id: id } = await context.call('room.participant', () => participantOf(context));
    return { participantJid: userJid(context.hubId, id) };
  },
});

const addParticipant = operation({
  name: 'postChatsRoomParticipant',
  verb: 'POST',
  path: participantPath,
  grants: ['chat:chat:access', 'chat:participant:add'],
  methods: ['room.add'],
  async run(context) {
    await context.call('room.add', () => participantOf(context));
  },
});

const removeParticipant = operation({
  name: 'deleteChatsRoomParticipant',
  verb: 'DELETE',
  path: participantPath,
  grants: ['chat:chat:access', 'chat:participant:delete'],
  methods: ['room.remove'],
  async run(context) {
    const { user_ids: removed } = await context.call('room.remove', () => participantOf(context));
    if (removed.length === 0) throw notFound();
  },
});

/** Reads every page of room.participants. */
async function listParticipants(context: Context<'room.participants'>) {
  const rows: Awaited<ReturnType<typeof context.call<'room.participants'>>> = [];
  for (;;) {
    const page = await context.call('room.participants', () => ({
      entity_id: context.roomId,
      notify: isTrue(context.query, 'notify') ? 1 : 0,
      limit: participantsPerPage,
      after: rows.at(-1)?.cursor,
    }));
    rows.push(...page);
    if (page.length < participantsPerPage) return rows;
  }
}

/** Lists the pins of a room; none when the caller sees a public room without being in it. */
const listPins = (context: Context<'chat.pins'>, room: RoomInfo) =>
  context.call('chat.pins', { entity_id: room.entity_id }).catch((error: unknown) => {
    const isOutside = error instanceof ServiceError && error.code === 'ROOM_NOT_FOUND';
    if (isOutside && room.visibility === 'public') return [];
    throw error;
  });

export const roomOperations = (options: RoomOptions): Operation[] => [
  createRoom,
  readRoom(options),
  updateRoom,
  listRoomParticipants,
  findParticipant,
  addParticipant,
  removeParticipant,
];
