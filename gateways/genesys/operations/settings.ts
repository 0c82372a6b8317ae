import type { z } from 'zod';
import type { HubSettings } from '../../../acl/entities.ts';
import { modes, presentMobile, presentUserSettings } from '../models.ts';
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

const hubSettings = ({
  messageRetentionPeriodDays: days,
  reactionsEnabled,
}: z.infer<typeof ChatSettings>) => ({
  ...(days === undefined ? {} : { message_retention_days: days }),
  ...(reactionsEnabled === undefined ? {} : { reactions_enabled: reactionsEnabled }),
});

const userSettings = ({
  muted,
  mentionsOnly,
  notifyOnReactions,
  mobile,
}: z.infer<typeof UserSettingsForChat>) => ({
  ...(muted === undefined ? {} : { muted }),
  ...(mentionsOnly === undefined ? {} : { mentions_only: mentionsOnly }),
  ...(notifyOnReactions === undefined ? {} : { notify_on_reactions: notifyOnReactions }),
  ...(mobile === undefined ? {} : { mobile_notifications: modes[mobile.notifications.when] }),
});

const mine = '/chats/users/me/settings';
const anyones = '/chats/users/:userId/settings';

export const settingOperations: Operation[] = [
  operation({
    name: 'getChatsSettings',
    verb: 'GET',
    path: '/chats/settings',
    grants: ['chat:setting:view', 'chat:setting:edit'],
    methods: ['setting.get'],
    answer: async (asked) => presentSettings(await asked.call('setting.get', {})),
  }),

  operation({
    name: 'putChatsSettings',
    verb: 'PUT',
    path: '/chats/settings',
    grants: ['chat:setting:edit'],
    methods: ['setting.put'],
    body: ChatSettings,
    answer: async (asked) =>
      presentSettings(await asked.call('setting.put', () => hubSettings(asked.body))),
  }),

  operation({
    name: 'patchChatsSettings',
    verb: 'PATCH',
    path: '/chats/settings',
    grants: ['chat:setting:edit'],
    methods: ['setting.patch'],
    body: ChatSettings,
    answer: async (asked) =>
      presentSettings(await asked.call('setting.patch', () => hubSettings(asked.body))),
  }),

  // Before those of any user: `me` is no user's id.
  operation({
    name: 'getChatsUsersMeSettings',
    verb: 'GET',
    path: mine,
    grants: 'any',
    methods: ['setting.get_user'],
    answer: async (asked) => presentUserSettings(await asked.call('setting.get_user', {})),
  }),

  operation({
    name: 'postChatsUsersMeSettings',
    verb: 'POST',
    path: mine,
    grants: 'any',
    methods: ['setting.patch_user'],
    body: UserChatSettingsPost,
    async answer(asked) {
      await asked.call('setting.patch_user', () => userSettings(asked.body));
    },
  }),

  operation({
    name: 'patchChatsUsersMeSettings',
    verb: 'PATCH',
    path: mine,
    grants: 'any',
    methods: ['setting.patch_user'],
    body: UserSettingsForChat,
    answer: async (asked) =>
      presentUserSettings(await asked.call('setting.patch_user', () => userSettings(asked.body))),
  }),

  operation({
    name: 'deleteChatsUsersMeSettings',
    verb: 'DELETE',
    path: mine,
    grants: 'any',
    methods: ['setting.reset_user'],
    async answer(asked) {
      await asked.call('setting.reset_user', {});
    },
  }),

  operation({
    name: 'getChatsUserSettings',
    verb: 'GET',
    path: anyones,
    grants: ['chat:usersettings:view', 'chat:setting:view'],
    methods: ['setting.get_user'],
    answer: async (asked) =>
      presentMobile(await asked.call('setting.get_user', () => ({ user_id: asked.otherId }))),
  }),

  operation({
    name: 'patchChatsUserSettings',
    verb: 'PATCH',
    path: anyones,
    grants: ['chat:usersettings:edit', 'chat:setting:edit'],
    methods: ['setting.patch_user'],
    body: ChatUserSettings,
    answer: async (asked) =>
      presentMobile(
        await asked.call('setting.patch_user', () => ({
          user_id: asked.otherId,
          ...userSettings(asked.body),
        })),
      ),
  }),
];
