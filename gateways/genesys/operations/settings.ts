import type { z } from 'zod';
import type { HubSettings } from '../../../acl/entities/setting.ts';
import { notificationModes, presentMobileSettings, presentUserSettings } from '../models.ts';
import { type Operation, operation } from '../operation.ts';
import {
  ChatSettings,
  ChatUserSettings,
  UserChatSettingsPost,
  UserSettingsForChat,
} from '../wire/schemas.ts';

const presentSettings = (settings: HubSettings) => ({
  messageRetentionPeriodDays: settings.message_retention_days,
  reactionsEnabled: settings.reactions_enabled === 1,
});

/** Translates to parameters of setting.put and setting.patch. */
const hubSettingsOf = (settings: z.infer<typeof ChatSettings>) => ({
  message_retention_days: settings.messageRetentionPeriodDays,
  reactions_enabled: bitOf(settings.reactionsEnabled),
});

/** Translates to parameters of setting.patch_user. */
const userSettingsOf = (settings: z.infer<typeof UserSettingsForChat>) => ({
  muted: bitOf(settings.muted),
  mentions_only: bitOf(settings.mentionsOnly),
  notify_on_reactions: bitOf(settings.notifyOnReactions),
  mobile_notifications: settings.mobile && notificationModes[settings.mobile.notifications.when],
});

const bitOf = (value: boolean | undefined): 0 | 1 | undefined =>
  value === undefined ? undefined : value ? 1 : 0;

const ownPath = '/chats/users/me/settings';
const userPath = '/chats/users/:userId/settings';

export const settingOperations: Operation[] = [
  operation({
    name: 'getChatsSettings',
    verb: 'GET',
    path: '/chats/settings',
    grants: ['chat:setting:view', 'chat:setting:edit'],
    methods: ['setting.get'],
    run: async (context) => presentSettings(await context.call('setting.get', {})),
  }),

  operation({
    name: 'putChatsSettings',
    verb: 'PUT',
    path: '/chats/settings',
    grants: ['chat:setting:edit'],
    methods: ['setting.put'],
    body: ChatSettings,
    run: async (context) =>
      presentSettings(await context.call('setting.put', () => hubSettingsOf(context.body))),
  }),

  operation({
    name: 'patchChatsSettings',
    verb: 'PATCH',
    path: '/chats/settings',
    grants: ['chat:setting:edit'],
    methods: ['setting.patch'],
    body: ChatSettings,
    run: async (context) =>
      presentSettings(await context.call('setting.patch', () => hubSettingsOf(context.body))),
  }),

  // Must precede the paths with :userId, which match `me` too.
  operation({
    name: 'getChatsUsersMeSettings',
    verb: 'GET',
    path: ownPath,
    grants: 'any',
    methods: ['setting.get_user'],
    run: async (context) => presentUserSettings(await context.call('setting.get_user', {})),
  }),

  operation({
    name: 'postChatsUsersMeSettings',
    verb: 'POST',
    path: ownPath,
    grants: 'any',
    methods: ['setting.patch_user'],
    body: UserChatSettingsPost,
    async run(context) {
      await context.call('setting.patch_user', () => userSettingsOf(context.body));
    },
  }),

  operation({
    name: 'patchChatsUsersMeSettings',
    verb: 'PATCH',
    path: ownPath,
    grants: 'any',
    methods: ['setting.patch_user'],
    body: UserSettingsForChat,
    run: async (context) =>
      presentUserSettings(
        await context.call('setting.patch_user', () => userSettingsOf(context.body)),
      ),
  }),

  operation({
    name: 'deleteChatsUsersMeSettings',
    verb: 'DELETE',
    path: ownPath,
    grants: 'any',
    methods: ['setting.reset_user'],
    async run(context) {
      await context.call('setting.reset_user', {});
    },
  }),

  operation({
    name: 'getChatsUserSettings',
    verb: 'GET',
    path: userPath,
    grants: ['chat:usersettings:view', 'chat:setting:view'],
    methods: ['setting.get_user'],
    run: async (context) =>
      presentMobileSettings(
        await context.call('setting.get_user', () => ({ user_id: context.pathUserId })),
      ),
  }),

  operation({
    name: 'patchChatsUserSettings',
    verb: 'PATCH',
    path: userPath,
    grants: ['chat:usersettings:edit', 'chat:setting:edit'],
    methods: ['setting.patch_user'],
    body: ChatUserSettings,
    run: async (context) =>
      presentMobileSettings(
        await context.call('setting.patch_user', () => ({
          user_id: context.pathUserId,
          ...userSettingsOf(context.body),
        })),
      ),
  }),
];
