import { and, eq } from 'drizzle-orm';
import type { Hub } from '../../connection/transaction.ts';
import { hubs, memberSettings } from '../../tables/index.ts';

export type HubSettingsRecord = Pick<
  typeof hubs.$inferSelect,
  'retentionDays' | 'reactionsEnabled'
>;
export type MemberSettingsRecord = Omit<typeof memberSettings.$inferSelect, 'hubId'>;

export const hubDefaults: HubSettingsRecord = { retentionDays: 3650, reactionsEnabled: true };

const memberDefaults = {
  muted: false,
  mentionsOnly: false,
  notifyOnReactions: true,
  mobileNotifications: 'always',
} as const;

export async function findHubSettings(hub: Hub): Promise<HubSettingsRecord> {
  const [row] = await hub.db
    .select({ retentionDays: hubs.retentionDays, reactionsEnabled: hubs.reactionsEnabled })
    .from(hubs)
    .where(eq(hubs.id, hub.id));
  return row ?? hubDefaults;
}

/** Queue what a hub settles. */
export const queueHubSettings = (hub: Hub, to: HubSettingsRecord): void =>
  hub.atCommit(hub.db.update(hubs).set(to).where(eq(hubs.id, hub.id)));

/** What a member has settled, or the defaults. */
export async function findMemberSettings(hub: Hub, userId: string): Promise<MemberSettingsRecord> {
  const [row] = await hub.db
    .select()
    .from(memberSettings)
    .where(and(eq(memberSettings.hubId, hub.id), eq(memberSettings.userId, userId)));
  return row ?? { userId, ...memberDefaults };
}

export async function saveMemberSettings(hub: Hub, to: MemberSettingsRecord): Promise<void> {
  const { userId, ...settings } = to;
  await hub.db
    .insert(memberSettings)
    .values({ hubId: hub.id, userId, ...settings })
    .onDuplicateKeyUpdate({ set: settings });
}

export async function deleteMemberSettings(
  hub: Hub,
  userId: string,
): Promise<MemberSettingsRecord> {
  await hub.db
    .delete(memberSettings)
    .where(and(eq(memberSettings.hubId, hub.id), eq(memberSettings.userId, userId)));
  return { userId, ...memberDefaults };
}

/** A participant whom a message does not alert as it does everybody. */
export type Quiet = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mentionsOnly' | 'notifyOnReactions'
>;
type QuietRow = { roomId: string; userId: string } & Record<
  'muted' | 'mentionsOnly' | 'notifyOnReactions',
  0 | 1
>;

/** The statement that finds who of some rooms wants fewer alerts. */
export const findingQuiet = (hub: Hub, roomIds: readonly string[]) => ({
  sql: `SELECT p.room_id AS roomId, s.user_id AS userId, s.muted, s.mentions_only AS mentionsOnly, s.notify_on_reactions AS notifyOnReactions
    FROM member_settings s JOIN participants p ON p.hub_id = s.hub_id AND p.user_id = s.user_id
    WHERE s.hub_id = ? AND p.room_id IN (?) AND (s.muted OR s.mentions_only)`,
  params: [hub.id, [...roomIds]],
});

export function quietByRoom(rows: unknown): Map<string, Quiet[]> {
  const map = new Map<string, Quiet[]>();
  for (const { roomId, userId, muted, mentionsOnly, notifyOnReactions } of rows as QuietRow[]) {
    const quiet = {
      muted: muted === 1,
      mentionsOnly: mentionsOnly === 1,
      notifyOnReactions: notifyOnReactions === 1,
    };
    map.set(roomId, [...(map.get(roomId) ?? []), { userId, ...quiet }]);
  }
  return map;
}

export async function listQuiet(hub: Hub, roomId: string): Promise<Quiet[]> {
  const { sql, params } = findingQuiet(hub, [roomId]);
  return quietByRoom(await hub.rows(sql, params)).get(roomId) ?? [];
}
