import { z } from 'zod';
import { Card } from '../entities/member.ts';
import {
  email,
  externalId,
  name,
  password,
  privilege,
  typedPassword,
  url,
} from '../language/fields.ts';
import { maxPersonNameLength } from '../language/limits.ts';
import { method } from '../language/method.ts';

export const user = {
  create: method({
    doc:
      'Create a user. A hub’s admin or key creates a member of that hub; the operator creates a ' +
      'user without a hub.',
    by: { member: 'admin', key: 'admin', operator: 'platform' },
    safe: false,
    input: z.strictObject({
      email: email.optional(),
      firstname: name(1, maxPersonNameLength),
      lastname: name(0, maxPersonNameLength).default(''),
      password: password.optional(),
      /**
       * The member's id in the embedding application, unique in the hub: the `sub` of JWTs for the
       * hub. By the operator: the `sub` of JWTs that are for no hub.
       */
      external_id: externalId.optional(),
      privilege: privilege.optional(),
    }),
    output: z.strictObject({ user_id: z.string() }),
    errors: ['EMAIL_TAKEN'],
    events: [],
  }),

  update: method({
    doc:
      'Change the caller’s name, e-mail address, picture or password. A new password or e-mail ' +
      'address requires the current password, and ends the caller’s other sessions; a new ' +
      'password also ends the keys that act as the caller.',
    by: { user: 'write' },
    safe: false,
    input: z.strictObject({
      email: email.optional(),
      firstname: name(1, maxPersonNameLength).optional(),
      lastname: name(0, maxPersonNameLength).optional(),
      /** URL of a picture of the caller, which accompanies their posts to channels. */
      picture_url: url.nullable().optional(),
      password: password.optional(),
      current_password: typedPassword.optional(),
    }),
    output: z.strictObject({
      ...Card.shape,
      email: z.string().nullable(),
      picture_url: z.string().nullable(),
    }),
    errors: ['EMAIL_TAKEN'],
    events: [],
  }),
};
