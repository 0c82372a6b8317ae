/** Participants whom a message does not notify as it does others. */
import type { Hub } from '../../connection/transaction.ts';
import type { MemberSettingsRecord } from '../../rows/identity/member-settings.ts';
import { columnsOf, memberSettings } from '../../tables/index.ts';

export type Quiet = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mentionsOnly' | 'notifyOnReactions'
>;

const columns = columnsOf(memberSettings, {
  alias: 's',
  only: ['userId', 'muted', 'mentionsOnly', 'notifyOnReactions'],
});

/** Returns, by room id, the participants who muted the hub or want mentions only. */
export async function listQuietByRoom(
  hub: Hub,
  roomIds: readonly string[],
): Promise<Map<string, Quiet[]>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<Quiet & { roomId: string }>(
    `SELECT p.room_id AS roomId, ${columns.list}
     FROM member_settings s JOIN participants p ON p.hub_id = s.hub_id AND p.user_id = s.user_id
     WHERE s.hub_id = ? AND p.room_id IN (?) AND (s.muted OR s.mentions_only)`,
    [hub.id, roomIds],
  );
  const map = new Map<string, Quiet[]>();
  for (const { roomId, ...quiet } of rows.map((row) => columns.decode(row)))
    map.set(roomId, [...(map.get(roomId) ?? []), quiet]);
  return map;
}

export const listQuiet = async (hub: Hub, roomId: string): Promise<Quiet[]> =>
  (await listQuietByRoom(hub, [roomId])).get(roomId) ?? [];
