import { z } from 'zod';
import { Card } from '../entities/member.ts';
import {
  bit,
  count,
  cursor,
  done,
  email,
  flag,
  id,
  integer,
  list,
  seconds,
  secret,
  text,
  typedPassword,
} from '../language/fields.ts';
import { oldTokenSeconds, pageRows, passwordSessionDays } from '../language/limits.ts';
import { method } from '../language/method.ts';
import { grants } from '../language/permission.ts';

export const session = {
  login: method({
    doc: 'Log in with e-mail address and password. Returns a token and sets the session cookie.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({ email, password: typedPassword, hub_id: id.optional() }),
    output: z.strictObject({ token: z.string(), expires: seconds, user: Card }),
    errors: [],
    events: [],
  }),

  logout: method({
    doc:
      'End this session, or this JWT, and close its sockets. An API key stays valid: ' +
      'session.revoke with its id, or key.revoke, ends it.',
    by: { user: true },
    safe: false,
    fromAnyHost: true,
    grants,
    input: z.strictObject({}),
    output: done,
    errors: [],
    events: [],
  }),

  whoami: method({
    doc: 'Get the caller’s user, and their privilege in each hub where they are a member.',
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
          /** The permission strings that the token holds there. */
          grants: z.array(z.enum(grants)),
        }),
      ),
    }),
    errors: [],
    events: [],
  }),

  list: method({
    doc:
      `List the caller’s sessions, newest first, ${pageRows} a page, and the keys that act as ` +
      'them (kind `key`, with the key’s name as user_agent). The newest 100 sessions of a kind ' +
      'and hub are kept.',
    by: { user: true },
    safe: true,
    input: z.strictObject({
      /** The `session_id` after which the page begins. */
      after: cursor.optional(),
    }),
    output: z.array(
      z.strictObject({
        session_id: z.string(),
        kind: z.string(),
        hub_id: z.string().nullable(),
        user_agent: z.string(),
        ctime: seconds,
        /** Null: not before it is revoked. */
        expires: seconds.nullable(),
        is_current: bit,
      }),
    ),
    errors: [],
    events: [],
  }),

  revoke: method({
    doc:
      'End one of the caller’s sessions, or revoke a key that acts as them; if session_id is ' +
      'absent, all others. Their sockets are closed.',
    by: { user: 'write' },
    safe: false,
    input: z.strictObject({ session_id: id.optional() }),
    output: z.strictObject({ revoked: count }),
    errors: ['SESSION_NOT_FOUND'],
    events: [],
  }),

  app_login: method({
    doc:
      'Log in a user of an application that has a key of kind braincloud, by the application’s ' +
      'own id for that user. With `create`, an unknown id creates a user.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({
      hub_id: id,
      /** The secret of a key of kind braincloud. */
      app_secret: secret,
      /** `universal`: with a password. `anonymous`: by an id that must be hard to guess. */
      kind: z.enum(['universal', 'anonymous']),
      external_id: text(1024).refine((value) => value !== '', 'must not be empty'),
      password: typedPassword.default(''),
      /** The user that the device expects; another one is refused with IDENTITY_MISMATCH. */
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
    doc:
      'Get a token for a key of kind oauth or braincloud (client credentials). It acts as the ' +
      'key’s member, or as the key itself if it has none.',
    by: 'anyone',
    safe: false,
    input: z.strictObject({ client_id: id, client_secret: secret }),
    output: z.strictObject({ token: z.string(), expires: seconds, hub_id: z.string() }),
    errors: [],
    events: [],
  }),

  issue: method({
    doc:
      'Create a token for a user, so that an embedding application can sign its users in. A ' +
      'token that a key creates is valid in its hub only, while the user is a member there, and ' +
      'never permits more than the key does. The key must act as no member, and its maker must ' +
      'be an owner or the operator.',
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

  renew: method({
    doc:
      'Replace the token of a session that goes on: with the lifetime that it was made with, ' +
      `from now on. The old token is valid for ${oldTokenSeconds} s more; renewed again in that ` +
      'time, either returns the new one. A session by password is renewed by its user, up to ' +
      `${passwordSessionDays} days after the log-in; an issued one by its key or the operator.`,
    by: { user: true, key: 'read', operator: 'platform' },
    safe: false,
    grants,
    input: z.strictObject({
      /** Of the session to renew, current or old; absent: the caller's own. */
      token: secret.optional(),
    }),
    output: z.strictObject({ token: z.string(), expires: seconds }),
    errors: ['SESSION_NOT_FOUND'],
    events: [],
  }),
};
