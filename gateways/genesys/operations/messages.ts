import { presentMessage, presentPage } from '../models.ts';
import { found, type Operation, operation } from '../operation.ts';
import { readHistoryPage } from '../wire/query.ts';
import { ChatReactionUpdate } from '../wire/schemas.ts';

/** Operations on messages and threads whose path names no conversation. */
export const messageOperations: Operation[] = [
  operation({
    name: 'getChatsMessage',
    verb: 'GET',
    path: '/chats/messages/:messageId',
    grants: ['chat:chat:access', 'chat:1on1Message:view', 'chat:room:view'],
    methods: ['chat.get'],
    async run(context) {
      const [row] = await context.call('chat.get', {
        message_ids: [(context.params.messageId ?? '').toLowerCase()],
      });
      return presentMessage(found(row), context);
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
    async run(context) {
      await context.call('chat.set_reactions', () => ({
        message_id: (context.params.messageId ?? '').toLowerCase(),
        emojis: [...new Set(context.body.reactions)],
      }));
    },
  }),

  operation({
    name: 'getChatsThreadMessages',
    verb: 'GET',
    path: '/chats/threads/:threadId/messages',
    grants: ['chat:chat:access', 'chat:room:view'],
    methods: ['chat.thread'],
    async run(context) {
      const rows = await context.call('chat.thread', () => ({
        thread_id: (context.params.threadId ?? '').toLowerCase(),
        ...readHistoryPage(context.query),
      }));
      return presentPage(rows, context);
    },
  }),
];
