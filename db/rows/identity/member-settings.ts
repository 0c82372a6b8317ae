import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, hubs, memberSettings } from '../../tables/index.ts';

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

const hubColumns = columnsOf(hubs, { only: ['retentionDays', 'reactionsEnabled'] });

export async function findHubSettings(hub: Hub): Promise<HubSettingsRecord> {
  const [row] = await hub.read<HubSettingsRecord>(
    `SELECT ${hubColumns.list} FROM hubs WHERE id = ?`,
    [hub.id],
  );
  return row ? hubColumns.decode(row) : hubDefaults;
}

/** Queue what a hub settles. */
export const queueHubSettings = (hub: Hub, to: HubSettingsRecord): void =>
  hub.changeAtCommit(hubs, { id: hub.id }, to);

const memberColumns = columnsOf(memberSettings, { except: ['hubId'] });

/** What a member has settled, or the defaults. */
export async function findMemberSettings(hub: Hub, userId: string): Promise<MemberSettingsRecord> {
  const [row] = await hub.read<MemberSettingsRecord>(
    `SELECT ${memberColumns.list} FROM member_settings WHERE hub_id = ? AND user_id = ?`,
    [hub.id, userId],
  );
  return row ? memberColumns.decode(row) : { userId, ...memberDefaults };
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

export async function deleteMemberSettings(
  hub: Hub,
  userId: string,
): Promise<MemberSettingsRecord> {
  await hub.write(
    build
      .delete(memberSettings)
      .where(and(eq(memberSettings.hubId, hub.id), eq(memberSettings.userId, userId))),
  );
  return { userId, ...memberDefaults };
}

/** A participant whom a message does not alert as it does everybody. */
export type Quiet = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mentionsOnly' | 'notifyOnReactions'
>;
type QuietRow = Quiet & { roomId: string };
const quietColumns = columnsOf(memberSettings, {
  alias: 's',
  only: ['userId', 'muted', 'mentionsOnly', 'notifyOnReactions'],
});

/** Returns who of some rooms wants fewer alerts. */
export async function listQuietByRoom(
  hub: Hub,
  roomIds: readonly string[],
): Promise<Map<string, Quiet[]>> {
  const rows = await hub.read<QuietRow>(
    `SELECT p.room_id AS roomId, ${quietColumns.list}
     FROM member_settings s JOIN participants p ON p.hub_id = s.hub_id AND p.user_id = s.user_id
     WHERE s.hub_id = ? AND p.room_id IN (?) AND (s.muted OR s.mentions_only)`,
    [hub.id, roomIds],
  );
  const map = new Map<string, Quiet[]>();
  for (const row of rows.map(quietColumns.decode)) {
    const { roomId, ...quiet } = row;
    map.set(roomId, [...(map.get(roomId) ?? []), quiet]);
  }
  return map;
}

export const listQuiet = async (hub: Hub, roomId: string): Promise<Quiet[]> =>
  (await listQuietByRoom(hub, [roomId])).get(roomId) ?? [];
