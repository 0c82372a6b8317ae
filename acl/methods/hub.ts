import { z } from 'zod';
import { Member } from '../entities/member.ts';
import { HubSettings } from '../entities/setting.ts';
import { administrators } from '../language/by.ts';
import {
  bit,
  count,
  cursor,
  done,
  host,
  id,
  ids,
  list,
  origin,
  page,
  positive,
  privilege,
  rows,
  search,
  title,
} from '../language/fields.ts';
import { maxPeopleRows, pageRows } from '../language/limits.ts';
import { method } from '../language/method.ts';

const Hub = z.strictObject({
  hub_id: z.string(),
  name: z.string(),
  hosts: z.array(z.string()),
  origins: z.array(z.string()),
  member_count: count,
  settings: HubSettings,
  /** What a message may have at most; `file_bytes` is null if the size of files is unlimited. */
  limits: z.strictObject({
    message_characters: positive,
    message_files: positive,
    file_bytes: positive.nullable(),
  }),
  /** For admins: bytes of sent files; `limit` is null if storage is unlimited. */
  storage: z.strictObject({ used: count, limit: count.nullable() }).optional(),
  /** 1: the hub has a key of kind braincloud, so an application can act as its members. */
  has_app: bit,
});

export const hub = {
  create: method({
    doc: 'Create a hub, with its first host name if one is given.',
    by: { operator: 'platform' },
    safe: false,
    input: z.strictObject({ name: title, host: host.optional() }),
    output: z.strictObject({ hub_id: z.string() }),
    errors: ['HOST_TAKEN'],
    events: [],
  }),

  info: method({
    doc: 'Get the hub’s name, host names, allowed origins, number of members, settings and limits.',
    by: { member: 'read', key: 'read', operator: 'hub' },
    safe: true,
    input: z.strictObject({}),
    output: Hub,
    errors: [],
    events: [],
  }),

  update: method({
    doc:
      'Rename the hub, set the origins of web pages that may call it, or set its host names ' +
      '(operator only).',
    by: administrators,
    safe: false,
    input: z.strictObject({
      name: title.optional(),
      origins: list(origin, 0, 50).optional(),
      hosts: list(host, 0, 50).optional(),
    }),
    output: Hub,
    errors: ['HOST_TAKEN'],
    events: [],
  }),

  members: method({
    doc: `List the hub’s members by id, ${pageRows} a page.`,
    by: { member: 'read', key: 'read', operator: 'hub' },
    safe: true,
    input: z.strictObject({
      page,
      key: search,
      /** Return only these members. */
      user_ids: ids(1).optional(),
      after: cursor.optional(),
      limit: rows(maxPeopleRows),
    }),
    output: z.array(z.strictObject({ ...Member.shape, cursor: z.string() })),
    errors: [],
    events: [],
  }),

  add_member: method({
    doc:
      'Make a user a member. Only the operator may add a user who was never a member. If the ' +
      'user is a member, their privilege is set.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id, privilege: privilege.default(7) }),
    output: Member,
    errors: ['INVALID_CONTACT'],
    events: ['hub.set_privilege'],
  }),

  remove_member: method({
    doc:
      'Remove a member from the hub and all its group rooms, and close their sockets. Their ' +
      'messages stay.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id }),
    output: done,
    errors: ['INVALID_CONTACT'],
    events: ['hub.remove_member', 'room.remove'],
  }),

  set_privilege: method({
    doc:
      'Change a member’s privilege. Nobody can grant more than they have or change a member who ' +
      'has more. The last owner stays owner.',
    by: administrators,
    safe: false,
    input: z.strictObject({ user_id: id, privilege }),
    output: Member,
    errors: ['INVALID_CONTACT'],
    events: ['hub.set_privilege'],
  }),
};
