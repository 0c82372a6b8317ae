import type { HubSettings } from '../../acl/entities/setting.ts';
import type { Spec } from '../../acl/index.ts';
import { isOver } from '../../acl/language/time.ts';
import { memberToConfigure } from '../../db/access/members.ts';
import type { Draft } from '../../db/log/append.ts';
import {
  findHubSettings,
  type HubSettingsRecord,
  hubDefaults,
  queueHubSettings,
} from '../../db/rows/hubs/hubs.ts';
import {
  deleteMemberSettings,
  findMemberSettings,
  type MemberSettingsRecord,
  saveMemberSettings,
} from '../../db/rows/identity/member-settings.ts';
import { expireRooms } from '../actions/expire-messages.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentHubSettings, presentUserSettings } from '../present/setting.ts';

export const setting: Handlers<'setting'> = {
  get: async ({ hub }) => presentHubSettings(await findHubSettings(hub)),

  put: (call) => changeHubSettings(call, 'setting.put', hubDefaults),

  patch: async (call) => changeHubSettings(call, 'setting.patch', await findHubSettings(call.hub)),

  async get_user(call) {
    const { hub, input, now } = call;
    const userId = await memberToConfigure(call, input.user_id, 'view');
    return presentUserSettings(await findMemberSettings(hub, userId, now));
  },

  async patch_user(call) {
    const { hub, input, emit, now } = call;
    const userId = await memberToConfigure(call, input.user_id, 'edit');
    const before = await findMemberSettings(hub, userId, now);
    const after = {
      userId,
      ...muteAfter(call, before),
      mentionsOnly: bitOr(input.mentions_only, before.mentionsOnly),
      notifyOnReactions: bitOr(input.notify_on_reactions, before.notifyOnReactions),
      mobileNotifications: input.mobile_notifications ?? before.mobileNotifications,
    };
    const data = presentUserSettings(after);
    if (isSame(data, presentUserSettings(before))) return data;
    await saveMemberSettings(hub, after);
    await emit({ name: 'setting.patch_user', targets: [userId], data });
    return data;
  },

  async reset_user(call) {
    const { hub, input, emit, now } = call;
    const userId = await memberToConfigure(call, input.user_id, 'edit');
    const before = await findMemberSettings(hub, userId, now);
    const data = presentUserSettings(await deleteMemberSettings(hub, userId));
    if (!isSame(data, presentUserSettings(before)))
      await emit({ name: 'setting.reset_user', targets: [userId], data });
    return data;
  },
};

/** Returns whether the hub is muted after a call, and until when. */
function muteAfter(
  { input, fail, now }: Call<Spec<'setting.patch_user'>>,
  before: MemberSettingsRecord,
): Pick<MemberSettingsRecord, 'muted' | 'mutedUntilMs'> {
  const { muted, muted_until_ms: untilMs } = input;
  if (muted === undefined && untilMs === undefined)
    return { muted: before.muted, mutedUntilMs: before.mutedUntilMs };
  if (muted === undefined || (muted === 0 && untilMs))
    fail('INVALID_INPUT', 'muted_until_ms: needs muted: 1 in the same call');
  if (isOver(untilMs ?? null, now)) fail('INVALID_INPUT', 'muted_until_ms: must be in the future');
  return { muted: muted === 1, mutedUntilMs: untilMs ?? null };
}

interface HubSettingsCall
  extends Pick<Call<Spec<'setting.put'>>, 'hub' | 'input' | 'revoke' | 'now'> {
  emit(...drafts: Draft<'setting.put' | 'setting.patch' | 'room.purge'>[]): Promise<unknown>;
}

/**
 * Saves a hub's settings: what the call gives, over `base`. Messages that are older than the new
 * retention expire in the same transaction, or where they are in many rooms, right after it.
 */
async function changeHubSettings(
  call: HubSettingsCall,
  eventName: 'setting.put' | 'setting.patch',
  base: HubSettingsRecord,
): Promise<HubSettings> {
  const { hub, input, revoke, emit, now } = call;
  const after = {
    retentionDays: input.message_retention_days ?? base.retentionDays,
    reactionsEnabled: bitOr(input.reactions_enabled, base.reactionsEnabled),
  };
  const data = presentHubSettings(after);
  if (isSame(data, presentHubSettings(await findHubSettings(hub)))) return data;
  const events = await expireRooms(hub, after.retentionDays, now);
  // Raises the acl_epoch: a concurrent call that read the settings before is admitted again.
  revoke({});
  await emit({ name: eventName, everyone: true, data }, ...events);
  queueHubSettings(hub, after);
  return data;
}

const bitOr = (given: 0 | 1 | undefined, fallback: boolean): boolean =>
  given === undefined ? fallback : given === 1;

const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
