import { z } from 'zod';
import { Card, UserOfHub } from '../entities/member.ts';
import { administrators } from '../language/by.ts';
import {
  bit,
  cursor,
  email,
  externalId,
  id,
  name,
  password,
  privilege,
  rows,
  search,
  typedPassword,
  url,
} from '../language/fields.ts';
import { maxPeopleRows, maxPersonNameLength } from '../language/limits.ts';
import { method } from '../language/method.ts';

export const user = {
  create: method({
    doc:
      'Create a user. A hub’s admin or key creates a member of that hub; the operator creates a ' +
      'user without a hub. A password together with an `external_id` is given by those who may ' +
      'issue the member’s tokens only.',
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
      'password also ends the keys that act as the caller. With `user_id`, a key or admin ' +
      'changes a member who has no more bits and is in no other hub; they set no password, and ' +
      'an e-mail address only where the member has none. Who has a member’s `external_id` may ' +
      'sign in as them, so it is set by those who may issue tokens: owners, the operator and ' +
      'keys that they made.',
    by: { user: 'write', others: administrators },
    safe: false,
    input: z.strictObject({
      /** A member of the hub; absent, or the caller’s own: the caller. */
      user_id: id.optional(),
      /** Of another member: the application’s own id of the user, unique in the hub; null: none. */
      external_id: externalId.nullable().optional(),
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
    errors: ['EMAIL_TAKEN', 'INVALID_CONTACT'],
    events: [],
  }),

  put: method({
    doc:
      'Create or update a member by the application’s own id of the user. The same call again is ' +
      'the same user; a former member joins again. What is absent is unchanged, and so is the ' +
      'e-mail address of a user who has one. Of a user who is also in other hubs only the ' +
      'privilege is set.',
    by: administrators,
    safe: false,
    input: z.strictObject({
      external_id: externalId,
      firstname: name(1, maxPersonNameLength),
      lastname: name(0, maxPersonNameLength).optional(),
      picture_url: url.nullable().optional(),
      email: email.optional(),
      /** Absent: 7 for who is no member yet. */
      privilege: privilege.optional(),
    }),
    output: z.strictObject({
      user_id: z.string(),
      /** 1: the call made the user. */
      created: bit,
    }),
    errors: ['EMAIL_TAKEN'],
    events: ['hub.set_privilege'],
  }),

  get: method({
    doc:
      'Get a member of the hub by one of their ids, or by their e-mail address. The address of a ' +
      'user who is also in other hubs is for the operator only.',
    by: administrators,
    safe: true,
    input: z.strictObject({
      user_id: id.optional(),
      external_id: externalId.optional(),
      email: email.optional(),
    }),
    output: UserOfHub,
    errors: ['INVALID_CONTACT'],
    events: [],
  }),

  list: method({
    doc: 'List the members of the hub by id, as user.get shows them.',
    by: administrators,
    safe: true,
    input: z.strictObject({
      key: search,
      /** The `cursor` of the row after which the page begins. */
      cursor: cursor.optional(),
      limit: rows(maxPeopleRows),
    }),
    output: z.array(z.strictObject({ ...UserOfHub.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),
};
