import { z } from 'zod';
import { Card } from '../entities/member.ts';
import { writers } from '../language/by.ts';
import { bit, cursor, id, rows, search } from '../language/fields.ts';
import { maxPeopleRows } from '../language/limits.ts';
import { method } from '../language/method.ts';
import { chatGrants } from '../language/permission.ts';

const { acting, listing } = chatGrants;

export const contact = {
  list: method({
    doc: 'List the members whom the caller may write to, and those whom they blocked, by id.',
    by: writers,
    safe: true,
    grants: listing,
    input: z.strictObject({
      key: search,
      after: cursor.optional(),
      limit: rows(maxPeopleRows),
    }),
    output: z.array(
      z.strictObject({ ...Card.shape, entity_id: z.string(), is_blocked: bit, cursor: z.string() }),
    ),
    errors: [],
    events: [],
  }),

  block: method({
    doc:
      'Block a member: neither can send the other messages or add the other to a room. Existing ' +
      'messages stay readable; who reads them across the block is not shown to the other until ' +
      'the next chat.acknowledge or post after it.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ entity_id: id }),
    output: z.strictObject({ entity_id: z.string(), is_blocked: z.literal(1) }),
    errors: ['INVALID_CONTACT'],
    events: ['contact.block'],
  }),

  unblock: method({
    doc: 'Remove the caller’s block of a member.',
    by: writers,
    safe: false,
    grants: acting,
    input: z.strictObject({ entity_id: id }),
    output: z.strictObject({ entity_id: z.string(), is_blocked: z.literal(0) }),
    errors: ['INVALID_CONTACT'],
    events: ['contact.unblock'],
  }),
};
