import { z } from 'zod';
import { Member } from '../entities/member.ts';
import { HubSettings } from '../entities/setting.ts';
import { administrators } from '../language/by.ts';
import {
  count,
  cursor,
  done,
  host,
  id,
  integer,
  list,
  name,
  origin,
  page,
  privilege,
  text,
} from '../language/fields.ts';
import { method } from '../language/method.ts';

const Hub = z.strictObject({
  hub_id: z.string(),
  name: z.string(),
  hosts: z.array(z.string()),
  origins: z.array(z.string()),
  member_count: count,
  settings: HubSettings,
});

export const hub = {
  create: method({
    doc: 'Make a hub with its first host name.',
    by: { operator: 'platform' },
    safe: false,
    input: z.strictObject({ name: name(1, 255), host: host.optional() }),
    output: z.strictObject({ hub_id: z.string() }),
    errors: ['HOST_TAKEN'],
    events: [],
  }),

  info: method({
    doc: 'Get the hub’s name, host names, allowed origins, number of members and settings.',
    by: { member: 'read', key: 'read', operator: 'hub' },
    safe: true,
    input: z.strictObject({}),
    output: Hub,
    errors: [],
    events: [],
  }),

  update: method({
    doc: 'Rename the hub, or set its host names (the operator) or the origins of pages that may call it.',
    by: administrators,
    safe: false,
    input: z.strictObject({
      name: name(1, 255).optional(),
      origins: list(origin, 0, 50).optional(),
      hosts: list(host, 0, 50).optional(),
    }),
    output: Hub,
    errors: ['HOST_TAKEN'],
    events: [],
  }),

  members: method({
    doc: 'List the hub’s members by id; 45 a page.',
    by: { member: 'read', key: 'read', operator: 'hub' },
    safe: true,
    input: z.strictObject({
      page,
      key: text(255).default(''),
      /** Only these. */
      user_ids: list(id, 1, 100).optional(),
      after: cursor.optional(),
      limit: integer(1, 1000).default(45),
    }),
    output: z.array(z.strictObject({ ...Member.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),

  add_member: method({
    doc: 'Make a user a member. Only the operator may add one who never was; for a member it sets the privilege.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id, privilege: privilege.default(7) }),
    output: Member,
    errors: ['INVALID_CONTACT'],
    events: ['hub.set_privilege'],
  }),

  remove_member: method({
    doc: 'Remove a member: from all group rooms, his sockets cut at once. What he wrote stays.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id }),
    output: done,
    errors: ['INVALID_CONTACT'],
    events: ['hub.remove_member', 'room.remove'],
  }),

  set_privilege: method({
    doc: 'Change what a member may. Nobody grants more than he has or changes someone who has more; the last owner stays owner.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id, privilege }),
    output: Member,
    errors: ['INVALID_CONTACT'],
    events: ['hub.set_privilege'],
  }),
};
