import type { HubSettings, UserSettings } from '../../acl/entities/setting.ts';
import type { HubSettingsRecord } from '../../db/rows/hubs/hubs.ts';
import type { MemberSettingsRecord } from '../../db/rows/identity/member-settings.ts';

export const presentHubSettings = ({
  retentionDays,
  reactionsEnabled,
}: HubSettingsRecord): HubSettings => ({
  message_retention_days: retentionDays,
  reactions_enabled: reactionsEnabled ? 1 : 0,
});

export const presentUserSettings = (settings: MemberSettingsRecord): UserSettings => ({
  user_id: settings.userId,
  muted: settings.muted ? 1 : 0,
  muted_until_ms: settings.mutedUntilMs,
  mentions_only: settings.mentionsOnly ? 1 : 0,
  notify_on_reactions: settings.notifyOnReactions ? 1 : 0,
  mobile_notifications: settings.mobileNotifications,
});
