import { presentMessage, presentPage } from '../models.ts';
import { found, type Operation, operation } from '../operation.ts';
import { readPage } from '../wire/query.ts';
import { ChatReactionUpdate } from '../wire/schemas.ts';

/** The operations on messages and threads that name no conversation. */
export const anywhereOperations: Operation[] = [
  operation({
    name: 'getChatsMessage',
    verb: 'GET',
    path: '/chats/messages/:messageId',
    grants: ['chat:chat:access', 'chat:1on1Message:view', 'chat:room:view'],
    methods: ['chat.get'],
    async answer(asked) {
      const [row] = await asked.call('chat.get', {
        message_ids: [(asked.params.messageId ?? '').toLowerCase()],
      });
      return presentMessage(found(row), asked);
    },
  }),

  operation({
    name: 'putChatsMessageReactions',
    verb: 'PUT',
    path: '/chats/messages/:messageId/reactions',
    grants: ['chat:chat:access', 'chat:reactions:edit'],
    methods: ['chat.set_reactions'],
    body: ChatReactionUpdate,
    fields: { emojis: 'reactions' },
    async answer(asked) {
      await asked.call('chat.set_reactions', () => ({
        message_id: (asked.params.messageId ?? '').toLowerCase(),
        emojis: [...new Set(asked.body.reactions)],
      }));
    },
  }),

  operation({
    name: 'getChatsThreadMessages',
    verb: 'GET',
    path: '/chats/threads/:threadId/messages',
    grants: ['chat:chat:access', 'chat:room:view'],
    methods: ['chat.thread'],
    async answer(asked) {
      const threadId = (asked.params.threadId ?? '').toLowerCase();
      const rows = await asked.call('chat.thread', () => ({
        thread_id: threadId,
        ...readPage(asked.query),
      }));
      return presentPage(rows, asked);
    },
  }),
];
