import { and, eq } from 'drizzle-orm';
import { isOver } from '../../../acl/language/time.ts';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, memberSettings } from '../../tables/index.ts';

export type MemberSettingsRecord = Omit<typeof memberSettings.$inferSelect, 'hubId'>;

const columns = columnsOf(memberSettings, { except: ['hubId'] });

const defaults = {
  muted: false,
  mutedUntilMs: null,
  mentionsOnly: false,
  notifyOnReactions: true,
  mobileNotifications: 'always',
} as const;

/** Returns settings as they are now: one that was muted until a time is so no longer after it. */
export const settingsAt = <S extends Pick<MemberSettingsRecord, 'muted' | 'mutedUntilMs'>>(
  now: number,
  settings: S,
): S =>
  isOver(settings.mutedUntilMs, now) ? { ...settings, muted: false, mutedUntilMs: null } : settings;

/** Returns a member's settings as they are now, or the defaults. */
export async function findMemberSettings(
  hub: Hub,
  userId: string,
  now: number,
): Promise<MemberSettingsRecord> {
  const [row] = await hub.read<MemberSettingsRecord>(
    `SELECT ${columns.list} FROM member_settings WHERE hub_id = ? AND user_id = ?`,
    [hub.id, userId],
  );
  return row ? settingsAt(now, columns.decode(row)) : { userId, ...defaults };
}

export async function saveMemberSettings(hub: Hub, to: MemberSettingsRecord): Promise<void> {
  const { userId, ...settings } = to;
  await hub.write(
    build
      .insert(memberSettings)
      .values({ hubId: hub.id, userId, ...settings })
      .onDuplicateKeyUpdate({ set: settings }),
  );
}

/** Deletes a member's settings; returns the defaults. */
export async function deleteMemberSettings(
  hub: Hub,
  userId: string,
): Promise<MemberSettingsRecord> {
  await hub.write(
    build
      .delete(memberSettings)
      .where(and(eq(memberSettings.hubId, hub.id), eq(memberSettings.userId, userId))),
  );
  return { userId, ...defaults };
}
