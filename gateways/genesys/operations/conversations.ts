import type { MessageRow } from '../../../acl/entities/message.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { Grant } from '../../../acl/language/permission.ts';
import { invalidField, notFound, Refusal } from '../errors.ts';
import { isDirect, messageRef, presentMessage, presentPage } from '../models.ts';
import { type Context, type Operation, operation } from '../operation.ts';
import { readHistoryPage, readIds } from '../wire/query.ts';
import { messageFields, PinnedMessageRequest, SendMessageBody } from '../wire/schemas.ts';

type LookUp = 'room.info' | 'chat.chat_room_info';

/** Rooms and direct conversations have the same operations; this is what differs. */
interface ConversationKind {
  /** Part of the operations' names. */
  noun: 'Room' | 'User';
  path: string;
  grants: Record<'view' | 'add' | 'edit' | 'delete' | 'pin', Grant>;
  idOf(context: Pick<Context, 'roomId' | 'pathUserId'>): string;
  /** Whether a message belongs to the conversation with this id. */
  includes(row: Pick<MessageRow, 'entity_id' | 'room_id'>, id: string): boolean;
  lookUp: LookUp;
  /** Throws 404 if the caller can see no such conversation, also for an id of the other kind. */
  expectVisible(context: Context<LookUp>): Promise<{ isPublic: boolean }>;
  /** The error for a visible conversation whose messages the caller cannot access. */
  noAccess(conversation: { isPublic: boolean }): Refusal;
}

const room: ConversationKind = {
  noun: 'Room',
  path: '/chats/rooms/:roomJid',
  grants: {
    view: 'chat:room:view',
    add: 'chat:roomMessage:add',
    edit: 'chat:roomMessage:edit',
    delete: 'chat:roomMessage:delete',
    pin: 'chat:room:edit',
  },
  idOf: (context) => context.roomId,
  includes: (row, id) => !isDirect(row) && row.room_id === id,
  lookUp: 'room.info',
  async expectVisible(context) {
    const { visibility } = await context.call('room.info', () => ({ entity_id: context.roomId }));
    return { isPublic: visibility === 'public' };
  },
  noAccess: ({ isPublic }) => (isPublic ? new Refusal('not.authorized') : notFound()),
};

const direct: ConversationKind = {
  noun: 'User',
  path: '/chats/users/:userId',
  grants: {
    view: 'chat:1on1Message:view',
    add: 'chat:1on1Message:add',
    // Documented so: there is no permission to edit.
    edit: 'chat:1on1Message:view',
    delete: 'chat:1on1Message:delete',
    pin: 'chat:1on1:edit',
  },
  idOf: (context) => context.pathUserId,
  includes: (row, id) => isDirect(row) && row.entity_id === id,
  lookUp: 'chat.chat_room_info',
  async expectVisible(context) {
    const { flag } = await context.call('chat.chat_room_info', () => ({
      key: context.pathUserId,
    }));
    if (flag !== 'contact') throw notFound();
    return { isPublic: false };
  },
  noAccess: () => notFound(),
};

/** Lists messages of the path's conversation in the order of the ids; 404 if none of them is. */
async function listMessages(
  kind: ConversationKind,
  context: Context<'chat.get'>,
  idsOf: () => string[],
): Promise<MessageRow[]> {
  const rows = await context.call('chat.get', () => ({ message_ids: idsOf() }));
  const included = rows.filter((row) => kind.includes(row, kind.idOf(context)));
  if (included.length === 0) throw notFound();
  return included;
}

/** Throws 404 if the path's message is not part of the path's conversation. */
const expectMessage = (kind: ConversationKind, context: Context<'chat.get'>) =>
  listMessages(kind, context, () => [messageIdOf(context)]);

const messageIdOf = ({ params }: Pick<Context, 'params'>): string =>
  (params.messageId ?? '').toLowerCase();

const isUnknownConversation = (error: unknown): boolean =>
  error instanceof ServiceError && ['ROOM_NOT_FOUND', 'INVALID_CONTACT'].includes(error.code);

async function readHistory(kind: ConversationKind, context: Context<'chat.messages' | LookUp>) {
  const rows = await context
    .call('chat.messages', () => ({
      entity_id: kind.idOf(context),
      ...readHistoryPage(context.query),
      mark_read: 0,
    }))
    .catch((error: unknown) => {
      if (isUnknownConversation(error)) return undefined;
      throw error;
    });
  if (!rows) throw kind.noAccess(await kind.expectVisible(context));
  // An empty history does not show whether the id is of the right kind.
  if (rows.length === 0) await kind.expectVisible(context);
  if (!rows.every((row) => kind.includes(row, kind.idOf(context)))) throw notFound();
  return presentPage(rows, context);
}

const listHistory = (kind: ConversationKind): Operation =>
  operation({
    name: `getChats${kind.noun}Messages`,
    verb: 'GET',
    path: `${kind.path}/messages`,
    grants: ['chat:chat:access', kind.grants.view],
    methods: ['chat.messages', kind.lookUp],
    async run(context) {
      const page = await readHistory(kind, context);
      // The SDK declares a message as the reply for users, its documentation a history: send both.
      return kind.noun === 'User' ? { ...page.entities.at(-1), ...page } : page;
    },
  });

const postMessage = (kind: ConversationKind): Operation =>
  operation({
    name: `postChats${kind.noun}Messages`,
    verb: 'POST',
    path: `${kind.path}/messages`,
    grants: ['chat:chat:access', kind.grants.add],
    methods: [kind.lookUp, 'chat.post'],
    body: SendMessageBody,
    fields: messageFields,
    async run(context) {
      const conversation = await kind.expectVisible(context).catch((error: unknown) => {
        const isSelf = isUnknownConversation(error) && kind.idOf(context) === context.userId;
        throw isSelf ? invalidField('userId', 'is your own') : error;
      });
      const { message, mentions, threadId } = context.body;
      const { message_id: id } = await context
        .call('chat.post', {
          entity_id: kind.idOf(context),
          message,
          mention_ids: mentions,
          thread_id: threadId,
        })
        .catch((error: unknown) => {
          throw isUnknownConversation(error) ? kind.noAccess(conversation) : error;
        });
      return { id };
    },
  });

const getMessages = (kind: ConversationKind): Operation =>
  operation({
    name: `getChats${kind.noun}Message`,
    verb: 'GET',
    path: `${kind.path}/messages/:messageIds`,
    grants: ['chat:chat:access', kind.grants.view],
    methods: ['chat.get'],
    async run(context) {
      const idsOf = () => readIds(context.params.messageIds ?? '');
      const rows = await listMessages(kind, context, idsOf);
      return { entities: rows.map((row) => presentMessage(row, context)) };
    },
  });

const editMessage = (kind: ConversationKind): Operation =>
  operation({
    name: `patchChats${kind.noun}Message`,
    verb: 'PATCH',
    path: `${kind.path}/messages/:messageId`,
    grants: ['chat:chat:access', kind.grants.edit],
    methods: ['chat.get', 'chat.edit'],
    body: SendMessageBody,
    fields: messageFields,
    async run(context) {
      await expectMessage(kind, context);
      const { message, mentions } = context.body;
      const { message_id: id } = await context.call('chat.edit', {
        message_id: messageIdOf(context),
        message,
        mention_ids: mentions,
      });
      return { id };
    },
  });

const deleteMessage = (kind: ConversationKind): Operation =>
  operation({
    name: `deleteChats${kind.noun}Message`,
    verb: 'DELETE',
    path: `${kind.path}/messages/:messageId`,
    grants: ['chat:chat:access', kind.grants.delete],
    methods: ['chat.get', 'chat.delete'],
    async run(context) {
      await expectMessage(kind, context);
      await context.call('chat.delete', { option: 'all', messages: [messageIdOf(context)] });
    },
  });

const messageOperationsOf = (kind: ConversationKind): Operation[] => [
  listHistory(kind),
  postMessage(kind),
  getMessages(kind),
  editMessage(kind),
  deleteMessage(kind),
];

/** Pins have one path for direct conversations, and an older and a newer one for rooms. */
function pinOperationsOf(kind: ConversationKind, noun: string, path: string): Operation[] {
  const grants = ['chat:chat:access', kind.grants.pin] as const;
  return [
    operation({
      name: `postChats${noun}s`,
      verb: 'POST',
      path,
      grants,
      methods: ['chat.get', 'chat.pin'],
      body: PinnedMessageRequest,
      async run(context) {
        const rows = await listMessages(kind, context, () => context.body.pinnedMessageIds);
        const ids = context.body.pinnedMessageIds;
        if (rows.length < ids.length) throw notFound();
        await context.call('chat.pin', { message_ids: ids });
      },
    }),

    operation({
      name: `deleteChats${noun}`,
      verb: 'DELETE',
      path: `${path}/:messageId`,
      grants,
      methods: [kind.lookUp, 'chat.pins', 'chat.unpin'],
      async run(context) {
        const messageId = messageIdOf(context);
        await kind.expectVisible(context);
        const pins = await context.call('chat.pins', () => ({ entity_id: kind.idOf(context) }));
        if (!pins.some((pin) => pin.message_id === messageId)) throw notFound();
        await context.call('chat.unpin', { message_id: messageId });
      },
    }),
  ];
}

export const conversationOperations: Operation[] = [
  ...messageOperationsOf(room),
  ...pinOperationsOf(room, 'RoomMessagesPin', `${room.path}/messages/pins`),
  ...pinOperationsOf(room, 'RoomPinnedmessage', `${room.path}/pinnedmessages`),

  operation({
    name: 'getChatsUser',
    verb: 'GET',
    path: direct.path,
    grants: ['chat:chat:access', 'chat:1on1:view'],
    methods: ['chat.chat_room_info', 'chat.pins'],
    async run(context) {
      await direct.expectVisible(context);
      const pins = await context.call('chat.pins', { entity_id: context.pathUserId });
      return { pinnedMessages: pins.map(messageRef) };
    },
  }),
  ...messageOperationsOf(direct),
  ...pinOperationsOf(direct, 'UserMessagesPin', `${direct.path}/messages/pins`),
];
