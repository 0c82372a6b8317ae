import { z } from 'zod';
import { Card } from '../entities/member.ts';
import { email, name, password, privilege, text } from '../language/fields.ts';
import { method } from '../language/method.ts';

export const user = {
  create: method({
    doc: 'Make a user. By a hub’s admin or key he becomes a member of that hub too; by the operator of none.',
    by: { member: 'admin', key: 'admin', operator: 'platform' },
    safe: false,
    input: z.strictObject({
      email: email.optional(),
      firstname: name(1, 100),
      lastname: name(0, 100).default(''),
      password: password.optional(),
      /** His subject at the configured external issuer of JWTs. */
      external_id: text(191)
        .refine((value) => /^[\x21-\x7e]+$/.test(value), 'printable ASCII without spaces')
        .optional(),
      privilege: privilege.optional(),
    }),
    output: z.strictObject({ user_id: z.string() }),
    errors: ['EMAIL_TAKEN'],
    events: [],
  }),

  update: method({
    doc: 'Change my name, e-mail or password. A new password or e-mail needs the present password, and a new password ends my other sessions.',
    by: { user: 'write' },
    safe: false,
    input: z.strictObject({
      email: email.optional(),
      firstname: name(1, 100).optional(),
      lastname: name(0, 100).optional(),
      /** Where a picture of me is; shown beside what I post to channels. */
      picture_url: text(2000).nullable().optional(),
      password: password.optional(),
      current_password: z.string().max(1024).optional(),
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
