import type { HubSettings } from '../../acl/entities/setting.ts';
import type { Spec } from '../../acl/index.ts';
import { memberToSettle } from '../../db/access/members.ts';
import {
  deleteMemberSettings,
  findHubSettings,
  findMemberSettings,
  type HubSettingsRecord,
  hubDefaults,
  queueHubSettings,
  saveMemberSettings,
} from '../../db/rows/hubs/settings.ts';
import { expireRooms } from '../actions/expire-messages.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentHubSettings, presentUserSettings } from '../present/message.ts';

type Purge = Awaited<ReturnType<typeof expireRooms>>['events'][number];
type Settling = Call<Spec<'setting.put'>> | Call<Spec<'setting.patch'>>;

export const setting: Handlers<'setting'> = {
  get: async ({ hub }) => presentHubSettings(await findHubSettings(hub)),

  put: (call) =>
    settle(call, hubDefaults, (data, events) =>
      call.emit({ name: 'setting.put', everyone: true, data }, ...events),
    ),

  patch: async (call) =>
    settle(call, await findHubSettings(call.hub), (data, events) =>
      call.emit({ name: 'setting.patch', everyone: true, data }, ...events),
    ),

  async get_user(call) {
    return presentUserSettings(
      await findMemberSettings(call.hub, await memberToSettle(call, call.input.user_id, 'view')),
    );
  },

  async patch_user(call) {
    const { hub, input, emit } = call;
    const userId = await memberToSettle(call, input.user_id, 'edit');
    const before = await findMemberSettings(hub, userId);
    const isOn = (given: 0 | 1 | undefined, present: boolean) =>
      given === undefined ? present : given === 1;
    const settled = {
      userId,
      muted: isOn(input.muted, before.muted),
      mentionsOnly: isOn(input.mentions_only, before.mentionsOnly),
      notifyOnReactions: isOn(input.notify_on_reactions, before.notifyOnReactions),
      mobileNotifications: input.mobile_notifications ?? before.mobileNotifications,
    };
    const data = presentUserSettings(settled);
    if (isSame(data, presentUserSettings(before))) return data;
    await saveMemberSettings(hub, settled);
    await emit({ name: 'setting.patch_user', targets: [userId], data });
    return data;
  },

  async reset_user(call) {
    const { hub, input, emit } = call;
    const userId = await memberToSettle(call, input.user_id, 'edit');
    const before = await findMemberSettings(hub, userId);
    const data = presentUserSettings(await deleteMemberSettings(hub, userId));
    if (!isSame(data, presentUserSettings(before)))
      await emit({ name: 'setting.reset_user', targets: [userId], data });
    return data;
  },
};

/** Settle for a hub what the call gives, over what there is. What is too old by it expires in the same transaction. */
async function settle(
  { hub, input, revoke, now }: Settling,
  base: HubSettingsRecord,
  tell: (data: HubSettings, events: Purge[]) => Promise<unknown>,
): Promise<HubSettings> {
  const {
    message_retention_days: retentionDays = base.retentionDays,
    reactions_enabled: reactions,
  } = input;
  const settled = {
    retentionDays,
    reactionsEnabled: reactions === undefined ? base.reactionsEnabled : reactions === 1,
  };
  const data = presentHubSettings(settled);
  const before = presentHubSettings(await findHubSettings(hub));
  if (isSame(data, before)) return data;
  const { events } = await expireRooms(hub, retentionDays, now);
  // Who was admitted before, also to another of these, is admitted anew and meets what is settled now.
  revoke({});
  await tell(data, events);
  queueHubSettings(hub, settled);
  return data;
}

const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
