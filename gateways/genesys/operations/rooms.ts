import type { RoomInfo } from '../../../acl/entities.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import { notFound, tooManyPins } from '../errors.ts';
import { roomJid, userIdOf, userJid } from '../ids.ts';
import {
  messageRef,
  presentParticipant,
  presentRoom,
  type RoomOptions,
  userRef,
} from '../models.ts';
import { type Asked, found, type Operation, operation } from '../operation.ts';
import { isTrue } from '../wire/query.ts';
import { CreateRoomRequest, isTooMany, RoomUpdateRequest } from '../wire/schemas.ts';

const participantsAtOnce = 1000;
const path = '/chats/rooms/:roomJid';
const oneParticipant = `${path}/participants/:userId`;

type ByRoom = Pick<Asked, 'roomId' | 'hubId' | 'params'>;
/** The user that the path names, in the room that it names. */
const inRoom = (asked: ByRoom) => ({
  entity_id: asked.roomId,
  user_id: found(userIdOf(asked.params.userId ?? '', asked.hubId)),
});

export const roomOperations = (options: RoomOptions): Operation[] => [
  operation({
    name: 'postChatsRooms',
    verb: 'POST',
    path: '/chats/rooms',
    grants: ['chat:chat:access', 'chat:room:add'],
    methods: ['room.create'],
    body: CreateRoomRequest,
    fields: { name: 'subject', description: 'description', user_ids: 'userIds' },
    async answer(asked) {
      const room = await asked.call('room.create', () => {
        const { subject: name, description, userIds } = asked.body;
        return { name, ...given({ description, user_ids: userIds }) };
      });
      return { jid: roomJid(asked.hubId, room.room_id) };
    },
  }),

  operation({
    name: 'getChatsRoom',
    verb: 'GET',
    path,
    grants: ['chat:chat:access', 'chat:room:view'],
    methods: ['room.info', 'chat.pins'],
    async answer(asked) {
      const room = await asked.call('room.info', () => ({ entity_id: asked.roomId }));
      const pins = await asked
        .call('chat.pins', { entity_id: room.entity_id })
        .catch(noneFromOutside(room));
      return {
        ...presentRoom(room, asked, options),
        owners: room.owner_ids.map(userRef),
        pinnedMessages: pins.map(messageRef),
      };
    },
  }),

  operation({
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
    async answer(asked) {
      await asked.call('room.update', () => {
        const { roomId, body } = asked;
        const {
          subject: name,
          description,
          ownerIds: owner_ids,
          pinnedMessageIds: pinned_ids,
        } = body;
        if (isTooMany(pinned_ids ?? [])) throw tooManyPins();
        return { entity_id: roomId, ...given({ name, description, owner_ids, pinned_ids }) };
      });
    },
  }),

  operation({
    name: 'getChatsRoomParticipants',
    verb: 'GET',
    path: `${path}/participants`,
    grants: ['chat:chat:access', 'chat:room:view'],
    methods: ['room.participants'],
    async answer(asked) {
      const notify = isTrue(asked.query, 'notify') ? 1 : 0;
      const participants: ReturnType<typeof presentParticipant>[] = [];
      for (let after: string | undefined; ; ) {
        const rows = await asked.call('room.participants', () => ({
          entity_id: asked.roomId,
          notify,
          limit: participantsAtOnce,
          ...given({ after }),
        }));
        participants.push(...rows.map((row) => presentParticipant(row, asked)));
        after = rows.at(-1)?.cursor;
        if (rows.length < participantsAtOnce) return { participants };
      }
    },
  }),

  operation({
    name: 'getChatsRoomParticipant',
    verb: 'GET',
    path: oneParticipant,
    grants: 'any',
    methods: ['room.participant'],
    async answer(asked) {
      const { user_id: id } = await asked.call('room.participant', () => inRoom(asked));
      return { participantJid: userJid(asked.hubId, id) };
    },
  }),

  operation({
    name: 'postChatsRoomParticipant',
    verb: 'POST',
    path: oneParticipant,
    grants: ['chat:chat:access', 'chat:participant:add'],
    methods: ['room.add'],
    async answer(asked) {
      await asked.call('room.add', () => inRoom(asked));
    },
  }),

  operation({
    name: 'deleteChatsRoomParticipant',
    verb: 'DELETE',
    path: oneParticipant,
    grants: ['chat:chat:access', 'chat:participant:delete'],
    methods: ['room.remove'],
    async answer(asked) {
      const { user_ids: removed } = await asked.call('room.remove', () => inRoom(asked));
      if (removed.length === 0) throw notFound();
    },
  }),
];

/** A public room shows itself to those outside, and its pins to those within. */
const noneFromOutside =
  ({ visibility }: Pick<RoomInfo, 'visibility'>) =>
  (error: unknown): [] => {
    if (visibility === 'public' && error instanceof ServiceError && error.code === 'ROOM_NOT_FOUND')
      return [];
    throw error;
  };

/** Without what was not given. */
type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
