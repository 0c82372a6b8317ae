import { z } from 'zod';
import { HubSettings, mobileNotifications, UserSettings } from '../entities/setting.ts';
import { administrators, readers } from '../language/by.ts';
import { flag, id, integer, time } from '../language/fields.ts';
import { method } from '../language/method.ts';

const hubSettings = {
  message_retention_days: integer(10, 3650).optional(),
  reactions_enabled: flag.optional(),
};
const viewing = ['chat:setting:view', 'chat:setting:edit'] as const;
const editing = ['chat:setting:edit'] as const;

export const setting = {
  get: method({
    doc: 'Get the hub’s settings.',
    by: administrators,
    safe: true,
    grants: viewing,
    input: z.strictObject({}),
    output: HubSettings,
    errors: [],
    events: [],
  }),

  put: method({
    doc:
      'Set all of the hub’s settings; absent ones return to their defaults. Messages older than ' +
      'the retention are deleted at once; where they are in many rooms, within moments.',
    by: administrators,
    safe: false,
    grants: editing,
    input: z.strictObject(hubSettings),
    output: HubSettings,
    errors: [],
    events: ['setting.put', 'room.purge'],
  }),

  patch: method({
    doc:
      'Change some of the hub’s settings; absent ones are unchanged. Messages older than the ' +
      'retention are deleted at once; where they are in many rooms, within moments.',
    by: administrators,
    safe: false,
    grants: editing,
    input: z.strictObject(hubSettings),
    output: HubSettings,
    errors: [],
    events: ['setting.patch', 'room.purge'],
  }),

  get_user: method({
    doc: 'Get the caller’s notification settings in this hub. Admins may name another member.',
    by: readers,
    safe: true,
    grants: ['chat:chat:access', 'chat:usersettings:view', 'chat:usersettings:edit'],
    input: z.strictObject({ user_id: id.optional() }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: [],
  }),

  patch_user: method({
    doc:
      'Change some of the caller’s notification settings in this hub; absent ones are ' +
      'unchanged. Admins may name another member. `muted` without `muted_until_ms` is for good.',
    by: readers,
    safe: false,
    grants: ['chat:chat:access', 'chat:usersettings:edit'],
    input: z.strictObject({
      user_id: id.optional(),
      muted: flag.optional(),
      /** Until when `muted: 1` of the same call holds; null: for good. */
      muted_until_ms: time.nullable().optional(),
      mentions_only: flag.optional(),
      notify_on_reactions: flag.optional(),
      mobile_notifications: mobileNotifications.optional(),
    }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: ['setting.patch_user'],
  }),

  reset_user: method({
    doc:
      'Reset the caller’s notification settings in this hub to their defaults. Admins may name ' +
      'another member.',
    by: readers,
    safe: false,
    grants: ['chat:chat:access', 'chat:usersettings:edit'],
    input: z.strictObject({ user_id: id.optional() }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: ['setting.reset_user'],
  }),
};
