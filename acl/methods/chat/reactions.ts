import { z } from 'zod';
import { Reaction } from '../../entities/message.ts';
import { writers } from '../../language/by.ts';
import { bit, emoji, flag, id, list } from '../../language/fields.ts';
import { maxEmoji } from '../../language/limits.ts';
import { method } from '../../language/method.ts';
import { chatGrants } from '../../language/permission.ts';

const { reacting } = chatGrants;

export const reactions = {
  react: method({
    doc:
      'Add a reaction to a message or remove it; without a state, toggle it. A message has at ' +
      `most ${maxEmoji} different emoji.`,
    by: writers,
    safe: false,
    grants: reacting,
    input: z.object({ message_id: id, emoji, state: flag.optional() }),
    output: z.strictObject({
      message_id: z.string(),
      entity_id: z.string(),
      room_id: z.string(),
      emoji: z.string(),
      state: bit,
      reactions: z.array(Reaction),
    }),
    errors: [
      'MESSAGE_NOT_FOUND',
      'REACTION_LIMIT',
      'ROOM_ARCHIVED',
      'INVALID_CONTACT',
      'NOT_ENABLED',
    ],
    events: ['chat.react'],
  }),

  set_reactions: method({
    doc: 'Replace all of the caller’s reactions to a message.',
    by: writers,
    safe: false,
    grants: reacting,
    input: z.object({ message_id: id, emojis: list(emoji, 0, maxEmoji) }),
    output: z.strictObject({
      message_id: z.string(),
      entity_id: z.string(),
      room_id: z.string(),
      my_reactions: z.array(z.string()),
      reactions: z.array(Reaction),
    }),
    errors: [
      'MESSAGE_NOT_FOUND',
      'REACTION_LIMIT',
      'ROOM_ARCHIVED',
      'INVALID_CONTACT',
      'NOT_ENABLED',
    ],
    events: ['chat.set_reactions'],
  }),
};
