import { z } from 'zod';
import { MadeBy } from '../entities/key.ts';
import { bit, done, id, integer, seconds, title } from '../language/fields.ts';
import { method } from '../language/method.ts';

export const key = {
  create: method({
    doc:
      'Create a key of the hub. The reply is the only one that contains the key itself. With ' +
      'user_id, the key acts as that member, who gets an event; for another member than ' +
      'the caller, and for kind braincloud, the caller must be an owner or the operator. A key ' +
      'of kind oauth or braincloud is not a token; session.exchange returns one for it.',
    by: { member: 'admin', operator: 'hub' },
    safe: false,
    input: z.strictObject({
      name: title,
      /** A sum of bits, see the privileges. */
      permission: integer(1, 63),
      kind: z.enum(['api', 'oauth', 'braincloud']).default('api'),
      user_id: id.optional(),
    }),
    output: z.strictObject({
      key_id: z.string(),
      key: z.string(),
      /** For kind oauth: key_id and key under their OAuth names. */
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
      /** For kind braincloud: what the application’s clients and server are configured with. */
      app_id: z.string().optional(),
      app_secret: z.string().optional(),
      server_name: z.string().optional(),
      server_secret: z.string().optional(),
    }),
    errors: ['INVALID_CONTACT'],
    events: ['key.create'],
  }),

  revoke: method({
    doc:
      'Revoke a key, the keys made with it, also by members whom it made, and every session ' +
      'created with one of them. Returns the members whom these keys, or such members, made or ' +
      'gave their privilege, those with most rights first.',
    by: { member: 'admin', operator: 'hub' },
    safe: false,
    input: z.strictObject({ key_id: id }),
    output: z.strictObject({
      ...done.shape,
      /** At most 1,000. */
      user_ids: z.array(z.string()),
    }),
    errors: ['KEY_NOT_FOUND'],
    events: [],
  }),

  list: method({
    doc: 'List the hub’s keys, oldest first, without their secrets.',
    by: { member: 'admin', operator: 'hub' },
    safe: true,
    input: z.strictObject({}),
    output: z.array(
      z.strictObject({
        key_id: z.string(),
        name: z.string(),
        kind: z.string(),
        permission: z.int(),
        user_id: z.string().nullable(),
        made_by: MadeBy,
        ctime: seconds,
        is_revoked: bit,
      }),
    ),
    errors: [],
    events: [],
  }),
};
