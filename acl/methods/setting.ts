import { z } from 'zod';
import { HubSettings, mobileNotifications, UserSettings } from '../entities/setting.ts';
import { administrators, readers } from '../language/by.ts';
import { flag, id, integer } from '../language/fields.ts';
import { method } from '../language/method.ts';

const hubSettings = {
  message_retention_days: integer(10, 3650).optional(),
  reactions_enabled: flag.optional(),
};
const viewing = ['chat:setting:view', 'chat:setting:edit'] as const;
const editing = ['chat:setting:edit'] as const;
const ofAnother = 'An admin may ask for another member’s.';

export const setting = {
  get: method({
    doc: 'Get what is settled for the hub.',
    by: administrators,
    safe: true,
    grants: viewing,
    input: z.strictObject({}),
    output: HubSettings,
    errors: [],
    events: [],
  }),

  put: method({
    doc: 'Settle everything for the hub; what is left out goes back to its default. Messages older than the retention are gone at once.',
    by: administrators,
    safe: false,
    grants: editing,
    input: z.strictObject(hubSettings),
    output: HubSettings,
    errors: [],
    events: ['setting.put', 'room.purge'],
  }),

  patch: method({
    doc: 'Settle something for the hub; what is left out stays. Messages older than the retention are gone at once.',
    by: administrators,
    safe: false,
    grants: editing,
    input: z.strictObject(hubSettings),
    output: HubSettings,
    errors: [],
    events: ['setting.patch', 'room.purge'],
  }),

  get_user: method({
    doc: `Get what I have settled for myself in this hub. ${ofAnother}`,
    by: readers,
    safe: true,
    grants: ['chat:chat:access', 'chat:usersettings:view', 'chat:usersettings:edit'],
    input: z.strictObject({ user_id: id.optional() }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: [],
  }),

  patch_user: method({
    doc: `Settle what alerts me in this hub; what is left out stays. An admin may for another member.`,
    by: readers,
    safe: false,
    grants: ['chat:chat:access', 'chat:usersettings:edit'],
    input: z.strictObject({
      user_id: id.optional(),
      muted: flag.optional(),
      mentions_only: flag.optional(),
      notify_on_reactions: flag.optional(),
      mobile_notifications: mobileNotifications.optional(),
    }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: ['setting.patch_user'],
  }),

  reset_user: method({
    doc: 'Put what I have settled in this hub back to its defaults. An admin may for another member.',
    by: readers,
    safe: false,
    grants: ['chat:chat:access', 'chat:usersettings:edit'],
    input: z.strictObject({ user_id: id.optional() }),
    output: UserSettings,
    errors: ['INVALID_CONTACT'],
    events: ['setting.reset_user'],
  }),
};
