/** What participants of rooms want to be notified of, where that is not everything. */
import { isOver } from '../../../acl/language/time.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type MemberSettingsRecord, settingsAt } from '../../rows/identity/member-settings.ts';
import type { ParticipantRecord } from '../../rows/rooms/participants.ts';
import { columnsOf, memberSettings, participants, type Selected } from '../../tables/index.ts';

/** What a participant chose in a room; a null level: what holds in the hub. */
export type Choice = Pick<ParticipantRecord, 'notifyLevel' | 'notifyUntilMs'>;

/** What decides whether something in a room notifies a participant, as it is now. */
export type Preferences = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mutedUntilMs' | 'mentionsOnly' | 'notifyOnReactions'
> &
  Choice;

const settingNames = ['muted', 'mutedUntilMs', 'mentionsOnly', 'notifyOnReactions'] as const;
const settings = columnsOf(memberSettings, { alias: 's', only: settingNames });
/** The same where a member may have no settings of their own. */
const settingsOrDefaults = columnsOf(memberSettings, {
  alias: 's',
  only: settingNames,
  as: {
    muted: 'COALESCE(s.muted, 0)',
    mentionsOnly: 'COALESCE(s.mentions_only, 0)',
    notifyOnReactions: 'COALESCE(s.notify_on_reactions, 1)',
  },
});
const choice = columnsOf(participants, {
  alias: 'p',
  only: ['roomId', 'userId', 'notifyLevel', 'notifyUntilMs'],
});

type Row = Selected<typeof settings> & Selected<typeof choice>;

/** Returns a choice as it is now: after its time it holds no longer. */
export const choiceAt = <C extends Choice>(now: number, choice: C): C =>
  isOver(choice.notifyUntilMs, now)
    ? { ...choice, notifyLevel: null, notifyUntilMs: null }
    : choice;

const decode = (row: Row, now: number): Row =>
  choiceAt(now, settingsAt(now, settings.decode(choice.decode(row))));

const joinSettings = 'member_settings s ON s.hub_id = p.hub_id AND s.user_id = p.user_id';

/**
 * Returns, by room id, the participants who muted the hub, want mentions only, or chose a level in
 * the room. Reads their rows alone, however many others are in the room. No settings are joined to
 * chosen levels, which would cost each post: they are needed only of those who are found by them
 * (`notifyOnReactions` is of no meaning here).
 */
export async function listQuietByRoom(
  hub: Hub,
  roomIds: readonly string[],
  now: number,
): Promise<Map<string, Preferences[]>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<Row>(
    `SELECT ${choice.list}, ${settings.list}
     FROM member_settings s JOIN participants p ON p.hub_id = s.hub_id AND p.user_id = s.user_id
     WHERE s.hub_id = ? AND p.room_id IN (?) AND (s.muted OR s.mentions_only)
     UNION ALL
     SELECT ${choice.list}, 0, NULL, 0, 1 FROM participants p FORCE INDEX (participants_level)
     WHERE p.hub_id = ? AND p.room_id IN (?) AND p.notify_level IS NOT NULL`,
    [hub.id, roomIds, hub.id, roomIds],
  );
  const map = new Map<string, Preferences[]>();
  for (const row of rows) {
    const { roomId, ...quiet } = decode(row, now);
    const others = map.get(roomId) ?? [];
    const twin = others.find((one) => one.userId === quiet.userId);
    // Who is found both ways has the same level in both rows, and settings in one.
    if (twin && (quiet.muted || quiet.mentionsOnly)) Object.assign(twin, quiet);
    if (!twin) map.set(roomId, [...others, quiet]);
  }
  return map;
}

export const listQuiet = async (hub: Hub, roomId: string, now: number): Promise<Preferences[]> =>
  (await listQuietByRoom(hub, [roomId], now)).get(roomId) ?? [];

/** Returns what a participant of a room wants; undefined if the user is not in the room. */
export async function findPreferences(
  hub: Hub,
  { roomId, userId }: { roomId: string; userId: string },
  now: number,
): Promise<Preferences | undefined> {
  const [row] = await hub.read<Row>(
    `SELECT ${choice.list}, ${settingsOrDefaults.list}
     FROM participants p LEFT JOIN ${joinSettings}
     WHERE p.hub_id = ? AND p.room_id = ? AND p.user_id = ?`,
    [hub.id, roomId, userId],
  );
  return row && decode(row, now);
}

/** Returns, by room id, what a member chose in those of the rooms where they did. */
export async function listChoices(
  hub: Hub,
  userId: string,
  roomIds: readonly string[],
  now: number,
): Promise<Map<string, Choice>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<Selected<typeof choice>>(
    `SELECT ${choice.list} FROM participants p FORCE INDEX (PRIMARY)
     WHERE p.hub_id = ? AND p.room_id IN (?) AND p.user_id = ? AND p.notify_level IS NOT NULL`,
    [hub.id, roomIds, userId],
  );
  return new Map(rows.map((row) => [row.roomId, choiceAt(now, choice.decode(row))]));
}
