import { z } from 'zod';
import { Card } from '../entities/member.ts';
import { writers } from '../language/by.ts';
import { bit, cursor, id, integer, text } from '../language/fields.ts';
import { method } from '../language/method.ts';

const acting = ['chat:chat:access'] as const;

export const contact = {
  list: method({
    doc: 'List the members I may write to, by id, and whom I blocked.',
    by: writers,
    safe: true,
    grants: ['chat:chat:access', 'user:chats:view'],
    input: z.strictObject({
      key: text(255).default(''),
      after: cursor.optional(),
      limit: integer(1, 1000).default(45),
    }),
    output: z.array(
      z.strictObject({ ...Card.shape, entity_id: z.string(), is_blocked: bit, cursor: z.string() }),
    ),
    errors: [],
    events: [],
  }),

  block: method({
    doc: 'Block a member: nothing new passes between us, and neither adds the other to a room. What was said stays readable.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ entity_id: id }),
    output: z.strictObject({ entity_id: z.string(), is_blocked: z.literal(1) }),
    errors: ['INVALID_CONTACT'],
    events: ['contact.block'],
  }),

  unblock: method({
    doc: 'Take back my block of a member.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ entity_id: id }),
    output: z.strictObject({ entity_id: z.string(), is_blocked: z.literal(0) }),
    errors: ['INVALID_CONTACT'],
    events: ['contact.unblock'],
  }),
};
