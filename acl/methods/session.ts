import { z } from 'zod';
import { Card } from '../entities/member.ts';
import {
  bit,
  count,
  done,
  email,
  flag,
  id,
  integer,
  list,
  seconds,
  text,
} from '../language/fields.ts';
import { method } from '../language/method.ts';
import { grants } from '../language/permission.ts';

export const session = {
  login: method({
    doc: 'Log in with e-mail and password; answers a token and sets the cookie.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({ email, password: z.string().max(1024), hub_id: id.optional() }),
    output: z.strictObject({ token: z.string(), expires: seconds, user: Card }),
    errors: [],
    events: [],
  }),

  logout: method({
    doc: 'End this session; its sockets are cut.',
    by: { user: true },
    safe: false,
    grants,
    input: z.strictObject({}),
    output: done,
    errors: [],
    events: [],
  }),

  whoami: method({
    doc: 'Say who the caller is, and his privilege in the hubs where he is a member.',
    by: { user: true },
    safe: true,
    grants,
    input: z.strictObject({}),
    output: z.strictObject({
      user: z.strictObject({
        ...Card.shape,
        email: z.string().nullable(),
        picture_url: z.string().nullable(),
      }),
      hubs: z.array(
        z.strictObject({
          hub_id: z.string(),
          name: z.string(),
          privilege: count,
          /** What the token may there, as permission strings. */
          grants: z.array(z.enum(grants)),
        }),
      ),
    }),
    errors: [],
    events: [],
  }),

  list: method({
    doc: 'List my sessions, newest first.',
    by: { user: true },
    safe: true,
    input: z.strictObject({}),
    output: z.array(
      z.strictObject({
        session_id: z.string(),
        kind: z.string(),
        hub_id: z.string().nullable(),
        user_agent: z.string(),
        ctime: seconds,
        expires: seconds,
        is_current: bit,
      }),
    ),
    errors: [],
    events: [],
  }),

  revoke: method({
    doc: 'End one of my sessions, or all but this one when none is named; their sockets are cut.',
    by: { user: 'write' },
    safe: false,
    input: z.strictObject({ session_id: id.optional() }),
    output: z.strictObject({ revoked: count }),
    errors: ['SESSION_NOT_FOUND'],
    events: [],
  }),

  app_login: method({
    doc: 'Log in a user of an application that has a key of kind braincloud, by an id that the application knows him by; a new one is made where that is asked for.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({
      hub_id: id,
      /** Of a key of kind braincloud. */
      app_secret: z.string().max(1024),
      /** `universal`: with a password. `anonymous`: by the id alone, which therefore nobody may guess. */
      kind: z.enum(['universal', 'anonymous']),
      external_id: text(1024).refine((value) => value !== '', 'empty'),
      password: z.string().max(1024).default(''),
      /** Whom the device knows the id to belong to. */
      user_id: id.optional(),
      create: flag.default(0),
    }),
    output: z.strictObject({
      token: z.string(),
      expires: seconds,
      user_id: z.string(),
      is_new: bit,
    }),
    errors: ['IDENTITY_NOT_FOUND', 'IDENTITY_MISMATCH'],
    events: [],
  }),

  exchange: method({
    doc: 'Get a token for a key of kind oauth or braincloud (client credentials). It acts as the key’s member, or as the key where that has none.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({ client_id: id, client_secret: z.string().max(1024) }),
    output: z.strictObject({ token: z.string(), expires: seconds, hub_id: z.string() }),
    errors: [],
    events: [],
  }),

  issue: method({
    doc: 'Make a token for a user: how an embedding application signs its own users in. A key’s token is good for its hub only and never for more than the key may.',
    by: { key: 'read', operator: 'platform' },
    safe: false,
    input: z.strictObject({
      user_id: id,
      hub_id: id.optional(),
      /** Seconds. */
      ttl: integer(1, 366 * 86_400).default(30 * 86_400),
      grants: list(z.enum(grants), 0, grants.length).optional(),
    }),
    output: z.strictObject({ token: z.string(), expires: seconds }),
    errors: ['INVALID_CONTACT'],
    events: [],
  }),
};
