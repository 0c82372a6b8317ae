import type { MessageRow } from '../../../acl/entities.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { Grant } from '../../../acl/language/permission.ts';
import { badField, Fault, notFound } from '../errors.ts';
import { isDirect, messageRef, presentMessage, presentPage } from '../models.ts';
import { type Asked, type Operation, operation } from '../operation.ts';
import { readIds, readPage } from '../wire/query.ts';
import { messageFields, PinnedMessageRequest, SendMessageBody } from '../wire/schemas.ts';

type LookUp = 'room.info' | 'chat.chat_room_info';
type Named = Pick<Asked, 'roomId' | 'otherId'>;
/** What tells that a message is of a conversation. */
type Placed = Pick<MessageRow, 'entity_id' | 'room_id'>;

/** One of the two kinds of conversation: they have the same operations. */
interface Kind {
  /** As it stands in the operations’ names. */
  noun: 'Room' | 'User';
  path: string;
  grants: Record<'view' | 'add' | 'edit' | 'delete' | 'pin', Grant>;
  idOf(asked: Named): string;
  has(row: Placed, id: string): boolean;
  lookUp: LookUp;
  /** Fails when there is no such conversation: an id of the other kind is none. */
  expectThere(asked: Asked<LookUp>): Promise<{ isPublic: boolean }>;
  /** What it is not to see what is said there: where everybody may see that it is there, that is told. */
  closed(there: { isPublic: boolean }): Fault;
}

const room: Kind = {
  noun: 'Room',
  path: '/chats/rooms/:roomJid',
  grants: {
    view: 'chat:room:view',
    add: 'chat:roomMessage:add',
    edit: 'chat:roomMessage:edit',
    delete: 'chat:roomMessage:delete',
    pin: 'chat:room:edit',
  },
  idOf: (asked) => asked.roomId,
  has: (row, id) => !isDirect(row) && row.room_id === id,
  lookUp: 'room.info',
  async expectThere(asked) {
    const { visibility } = await asked.call('room.info', () => ({ entity_id: asked.roomId }));
    return { isPublic: visibility === 'public' };
  },
  closed: ({ isPublic }) => (isPublic ? new Fault('not.authorized') : notFound()),
};

const direct: Kind = {
  noun: 'User',
  path: '/chats/users/:userId',
  grants: {
    view: 'chat:1on1Message:view',
    add: 'chat:1on1Message:add',
    // As documented: there is no permission to edit.
    edit: 'chat:1on1Message:view',
    delete: 'chat:1on1Message:delete',
    pin: 'chat:1on1:edit',
  },
  idOf: (asked) => asked.otherId,
  has: (row, id) => isDirect(row) && row.entity_id === id,
  lookUp: 'chat.chat_room_info',
  async expectThere(asked) {
    const { flag } = await asked.call('chat.chat_room_info', () => ({ key: asked.otherId }));
    if (flag !== 'contact') throw notFound();
    return { isPublic: false };
  },
  closed: () => notFound(),
};

/** Messages of the conversation that the path names, in the order asked for; some must be there. */
async function listNamed(
  kind: Kind,
  asked: Asked<'chat.get'>,
  ids: () => string[],
): Promise<MessageRow[]> {
  const rows = await asked.call('chat.get', () => ({ message_ids: ids() }));
  const there = rows.filter((row) => kind.has(row, kind.idOf(asked)));
  if (there.length === 0) throw notFound();
  return there;
}

/** The one message that the path names, which is of the conversation that it names. */
const expectNamed = (kind: Kind, asked: Asked<'chat.get'>): Promise<MessageRow[]> =>
  listNamed(kind, asked, () => [messageIdOf(asked)]);

const messageIdOf = ({ params }: Pick<Asked, 'params'>): string =>
  (params.messageId ?? '').toLowerCase();

const isUnknown = (error: unknown): boolean =>
  error instanceof ServiceError && ['ROOM_NOT_FOUND', 'INVALID_CONTACT'].includes(error.code);

async function history(kind: Kind, asked: Asked<'chat.messages' | LookUp>) {
  const rows = await asked
    .call('chat.messages', () => ({
      entity_id: kind.idOf(asked),
      ...readPage(asked.query),
      mark_read: 0,
    }))
    .catch((error: unknown) => {
      if (isUnknown(error)) return undefined;
      throw error;
    });
  const there = rows?.length ? undefined : await kind.expectThere(asked);
  if (!rows) throw kind.closed(there ?? { isPublic: false });
  if (!rows.every((row) => kind.has(row, kind.idOf(asked)))) throw notFound();
  return presentPage(rows, asked);
}

/** Of one in a room, or to another user: the same operations under their names. */
function messageOperations(kind: Kind): Operation[] {
  const { noun, path, lookUp, grants } = kind;
  const access = 'chat:chat:access';
  const one = `${path}/messages/:messageId`;
  return [
    operation({
      name: `getChats${noun}Messages`,
      verb: 'GET',
      path: `${path}/messages`,
      grants: [access, grants.view],
      methods: ['chat.messages', lookUp],
      async answer(asked) {
        const page = await history(kind, asked);
        // The one of users is declared to be a message, and said to be a history: it is both.
        return noun === 'User' ? { ...page.entities.at(-1), ...page } : page;
      },
    }),

    operation({
      name: `postChats${noun}Messages`,
      verb: 'POST',
      path: `${path}/messages`,
      grants: [access, grants.add],
      methods: [lookUp, 'chat.post'],
      body: SendMessageBody,
      fields: messageFields,
      async answer(asked) {
        const there = await kind.expectThere(asked).catch((error: unknown) => {
          throw isUnknown(error) && kind.idOf(asked) === asked.userId
            ? badField('userId', 'is your own')
            : error;
        });
        const { message, mentions, threadId } = asked.body;
        const posting = asked.call('chat.post', {
          entity_id: kind.idOf(asked),
          message,
          ...(mentions ? { mention_ids: mentions } : {}),
          ...(threadId === undefined ? {} : { thread_id: threadId }),
        });
        const { message_id: id } = await posting.catch((error: unknown) => {
          throw isUnknown(error) ? kind.closed(there) : error;
        });
        return { id };
      },
    }),

    operation({
      name: `getChats${noun}Message`,
      verb: 'GET',
      path: `${path}/messages/:messageIds`,
      grants: [access, grants.view],
      methods: ['chat.get'],
      async answer(asked) {
        const rows = await listNamed(kind, asked, () => readIds(asked.params.messageIds ?? ''));
        return { entities: rows.map((row) => presentMessage(row, asked)) };
      },
    }),

    operation({
      name: `patchChats${noun}Message`,
      verb: 'PATCH',
      path: one,
      grants: [access, grants.edit],
      methods: ['chat.get', 'chat.edit'],
      body: SendMessageBody,
      fields: messageFields,
      async answer(asked) {
        await expectNamed(kind, asked);
        const { message, mentions } = asked.body;
        const { message_id: id } = await asked.call('chat.edit', {
          message_id: messageIdOf(asked),
          message,
          ...(mentions ? { mention_ids: mentions } : {}),
        });
        return { id };
      },
    }),

    operation({
      name: `deleteChats${noun}Message`,
      verb: 'DELETE',
      path: one,
      grants: [access, grants.delete],
      methods: ['chat.get', 'chat.delete'],
      async answer(asked) {
        await expectNamed(kind, asked);
        await asked.call('chat.delete', { option: 'all', messages: [messageIdOf(asked)] });
      },
    }),
  ];
}

/** Pins, under a path of theirs. */
function pinOperations(kind: Kind, noun: string, path: string): Operation[] {
  const grants = ['chat:chat:access', kind.grants.pin] as const;
  return [
    operation({
      name: `postChats${noun}s`,
      verb: 'POST',
      path,
      grants,
      methods: ['chat.get', 'chat.pin'],
      body: PinnedMessageRequest,
      async answer(asked) {
        const rows = await listNamed(kind, asked, () => asked.body.pinnedMessageIds);
        const ids = asked.body.pinnedMessageIds;
        if (rows.length < ids.length) throw notFound();
        await asked.call('chat.pin', { message_ids: ids });
      },
    }),

    operation({
      name: `deleteChats${noun}`,
      verb: 'DELETE',
      path: `${path}/:messageId`,
      grants,
      methods: ['chat.pins', 'chat.unpin'],
      async answer(asked) {
        const pins = await asked.call('chat.pins', () => ({ entity_id: kind.idOf(asked) }));
        const isPinned = pins.some(
          (pin) => pin.message_id === messageIdOf(asked) && kind.has(pin, kind.idOf(asked)),
        );
        if (!isPinned) throw notFound();
        await asked.call('chat.unpin', { message_id: messageIdOf(asked) });
      },
    }),
  ];
}

export const conversationOperations: Operation[] = [
  ...messageOperations(room),
  ...pinOperations(room, 'RoomMessagesPin', `${room.path}/messages/pins`),
  ...pinOperations(room, 'RoomPinnedmessage', `${room.path}/pinnedmessages`),

  operation({
    name: 'getChatsUser',
    verb: 'GET',
    path: direct.path,
    grants: ['chat:chat:access', 'chat:1on1:view'],
    methods: ['chat.chat_room_info', 'chat.pins'],
    async answer(asked) {
      await direct.expectThere(asked);
      const pins = await asked.call('chat.pins', { entity_id: asked.otherId });
      return { pinnedMessages: pins.map(messageRef) };
    },
  }),
  ...messageOperations(direct),
  ...pinOperations(direct, 'UserMessagesPin', `${direct.path}/messages/pins`),
];
