import { z } from 'zod';
import { bit, done, id, integer, name, seconds } from '../language/fields.ts';
import { method } from '../language/method.ts';

export const key = {
  create: method({
    doc: 'Make a key of the hub; the key itself is answered this once. With user_id it acts as that member. One of kind oauth or braincloud is no token itself: session.exchange takes it.',
    by: { member: 'admin', operator: 'hub' },
    safe: false,
    input: z.strictObject({
      name: name(1, 255),
      /** Any sum of bits. */
      permission: integer(1, 63),
      kind: z.enum(['api', 'oauth', 'braincloud']).default('api'),
      user_id: id.optional(),
    }),
    output: z.strictObject({
      key_id: z.string(),
      key: z.string(),
      /** Of kind oauth: the same two by the names that OAuth gives them. */
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
      /** Of kind braincloud: what its clients and its server are told. */
      app_id: z.string().optional(),
      app_secret: z.string().optional(),
      server_name: z.string().optional(),
      server_secret: z.string().optional(),
    }),
    errors: ['INVALID_CONTACT'],
    events: [],
  }),

  revoke: method({
    doc: 'Revoke a key and every session made with it.',
    by: { member: 'admin', operator: 'hub' },
    safe: false,
    input: z.strictObject({ key_id: id }),
    output: done,
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
        ctime: seconds,
        is_revoked: bit,
      }),
    ),
    errors: [],
    events: [],
  }),
};
