import { expect } from 'chai';
import {
  nobodyId,
  people,
  postToRoom,
  postToUser,
  refusal,
  restRefused,
  sdkRoom,
} from '../../support/genesys.ts';

const defaults = {
  muted: false,
  mentionsOnly: false,
  notifyOnReactions: true,
  mobile: { notifications: { when: 'Always' } },
};
const rarely = { mobile: { notifications: { when: 'OnlyWhenInactive' } } };
const cast = () => people({ alice: 31, bob: 7, carol: 7 });

describe('The settings of a hub in an SDK', () => {
  it('keep messages for 10 to 3650 days', async () => {
    const { alice } = await cast();
    for (const messageRetentionPeriodDays of [10, 3650, 11]) {
      const body = { messageRetentionPeriodDays };
      expect(await alice.sdk.putChatsSettings(body)).to.deep.equal({
        ...body,
        reactionsEnabled: true,
      });
      expect(await alice.sdk.patchChatsSettings(body)).to.deep.equal({
        ...body,
        reactionsEnabled: true,
      });
    }
    for (const messageRetentionPeriodDays of [9, 3651, 10.5, 0, -10, 'long', '', null, [10]])
      for (const name of ['putChatsSettings', 'patchChatsSettings'] as const)
        await refusal(alice.sdk[name]({ messageRetentionPeriodDays }), 400, 'invalid.value');
    expect((await alice.sdk.getChatsSettings()).messageRetentionPeriodDays).to.equal(11);
  });

  it('are merged by PATCH and replaced by PUT, which resets what it leaves out', async () => {
    const { alice } = await cast();
    await alice.sdk.patchChatsSettings({ reactionsEnabled: false });
    const both = { messageRetentionPeriodDays: 30, reactionsEnabled: false };
    expect(await alice.sdk.patchChatsSettings({ messageRetentionPeriodDays: 30 })).to.deep.equal(
      both,
    );
    expect(await alice.sdk.patchChatsSettings({})).to.deep.equal(both);
    expect(await alice.sdk.getChatsSettings()).to.deep.equal(both);
    const replaced = { messageRetentionPeriodDays: 3650, reactionsEnabled: false };
    expect(await alice.sdk.putChatsSettings({ reactionsEnabled: false })).to.deep.equal(replaced);
    const back = { messageRetentionPeriodDays: 3650, reactionsEnabled: true };
    expect(await alice.sdk.putChatsSettings({})).to.deep.equal(back);
    for (const reactionsEnabled of ['yes', 2, null])
      await refusal(alice.sdk.patchChatsSettings({ reactionsEnabled }), 400);
    expect(await alice.native.setting.get({})).to.deep.equal({
      message_retention_days: 3650,
      reactions_enabled: 1,
    });
  });

  it('apply to one hub only', async () => {
    const { alice } = await cast();
    const other = await people({ zoe: 31 });
    await alice.sdk.putChatsSettings({ messageRetentionPeriodDays: 30, reactionsEnabled: false });
    const back = { messageRetentionPeriodDays: 3650, reactionsEnabled: true };
    expect(await other.zoe.sdk.getChatsSettings()).to.deep.equal(back);
  });
});

describe('The caller’s own settings in an SDK', () => {
  it('are not those of a user with the id me', async () => {
    const { bob } = await cast();
    expect(await bob.sdk.getChatsUsersMeSettings()).to.deep.equal(defaults);
    const { user_id } = await bob.native.setting.get_user({});
    expect(user_id).to.equal(bob.id);
  });

  it('can be posted, patched and deleted', async () => {
    const { bob, carol } = await cast();
    const { sdk } = bob;
    await sdk.postChatsUsersMeSettings({ muted: true, notifyOnReactions: false });
    const posted = { ...defaults, muted: true, notifyOnReactions: false };
    expect(await sdk.getChatsUsersMeSettings()).to.deep.equal(posted);
    const patched = { ...posted, mentionsOnly: true, ...rarely };
    expect(await sdk.patchChatsUsersMeSettings({ mentionsOnly: true, ...rarely })).to.deep.equal(
      patched,
    );
    await sdk.postChatsUsersMeSettings({ muted: false });
    expect(await sdk.getChatsUsersMeSettings(), 'a second POST merges').to.deep.equal({
      ...patched,
      muted: false,
    });
    expect(await carol.sdk.getChatsUsersMeSettings()).to.deep.equal(defaults);
    await sdk.deleteChatsUsersMeSettings();
    await sdk.deleteChatsUsersMeSettings();
    expect(await sdk.getChatsUsersMeSettings()).to.deep.equal(defaults);
  });

  it('are unchanged after an invalid request', async () => {
    const { bob } = await cast();
    const { sdk } = bob;
    for (const body of [{}, { mentionsOnly: true }, { muted: 'yes' }, { muted: null }])
      await refusal(sdk.postChatsUsersMeSettings(body), 400);
    const when = (value: unknown) => ({ mobile: { notifications: { when: value } } });
    for (const body of [
      when('Never'),
      when('always'),
      when(7),
      { muted: 'yes' },
      { mobile: 'Always' },
    ])
      await refusal(sdk.patchChatsUsersMeSettings(body), 400);
    expect(await sdk.getChatsUsersMeSettings()).to.deep.equal(defaults);
    await restRefused(400, 'bad.request', 'PATCH', '/chats/users/me/settings', {
      token: bob.native.token,
      body: '[]',
    });
  });

  it('can be read and changed by an admin as far as mobile notifications go', async () => {
    const { alice, bob } = await cast();
    await bob.sdk.patchChatsUsersMeSettings({ muted: true, ...rarely });
    expect(await alice.sdk.getChatsUserSettings(bob.id)).to.deep.equal(rarely);
    const always = { mobile: defaults.mobile };
    expect(await alice.sdk.patchChatsUserSettings(bob.id, always)).to.deep.equal(always);
    expect(await bob.sdk.getChatsUsersMeSettings()).to.deep.equal({ ...defaults, muted: true });
    await refusal(
      alice.sdk.patchChatsUserSettings(bob.id, { mobile: { notifications: { when: 'Never' } } }),
      400,
    );
    await refusal(alice.sdk.patchChatsUserSettings(bob.id, {}), 400);
    const stranger = (await people({ stranger: 7 })).stranger;
    for (const id of [stranger.id, 'nobody', nobodyId]) {
      await refusal(alice.sdk.getChatsUserSettings(id), 404, 'not.found');
      await refusal(alice.sdk.patchChatsUserSettings(id, always), 404, 'not.found');
    }
  });
});

describe('Notifications as configured by an SDK', () => {
  /** Whether the next action of alice notifies bob, according to the event at bob's device. */
  async function withDevice() {
    const { alice, bob, carol } = await cast();
    const room = await sdkRoom(alice, bob, carol);
    const device = await bob.native.device();
    const other = await carol.native.device();
    const posted = async (more: object = {}) => {
      await postToRoom(alice, room, 'Hi', more);
      const [bobs, carols] = await Promise.all([device.next('chat.post'), other.next('chat.post')]);
      expect(carols.notify, 'carol has default settings').to.equal(1);
      return bobs.notify;
    };
    const notified = async () => {
      await postToUser(alice, bob);
      return (await device.next('chat.post')).notify;
    };
    const close = () => [device, other].forEach((one) => void one.close());
    return { alice, bob, carol, room, device, posted, notified, [Symbol.dispose]: close };
  }

  it('alert a user of everything by default', async () => {
    using set = await withDevice();
    expect(await set.posted()).to.equal(1);
    expect(await set.notified()).to.equal(1);
  });

  it('do not alert a muted user, who still receives every event', async () => {
    using set = await withDevice();
    const { bob, posted, notified, room } = set;
    await bob.sdk.postChatsUsersMeSettings({ muted: true });
    expect(await posted()).to.equal(0);
    expect(await posted({ mentions: [bob.id] })).to.equal(0);
    expect(await notified()).to.equal(0);
    expect((await bob.sdk.getChatsRoomMessages(room)).entities).to.have.length(2);
    await bob.sdk.deleteChatsUsersMeSettings();
    expect(await posted()).to.equal(1);
  });

  it('alert a user with mentionsOnly of mentions and direct messages only', async () => {
    using set = await withDevice();
    const { bob, carol, posted, notified } = set;
    await bob.sdk.patchChatsUsersMeSettings({ mentionsOnly: true });
    expect(await posted()).to.equal(0);
    expect(await posted({ mentions: [carol.id] })).to.equal(0);
    expect(await posted({ mentions: [carol.id, bob.id] })).to.equal(1);
    expect(await notified()).to.equal(1);
  });

  it('alert a user with notifyOnReactions of reactions, never of edits', async () => {
    using set = await withDevice();
    const { alice, bob, room, device } = set;
    const id = await postToRoom(bob, room);
    const reacted = async (emoji: string) => {
      await alice.sdk.putChatsMessageReactions(id, { reactions: [emoji] });
      const { data, notify } = await device.next('chat.set_reactions');
      expect(data).to.deep.include({ emojis: [emoji], given: [emoji] });
      return notify;
    };
    expect(await reacted('👍')).to.equal(1);
    await bob.sdk.patchChatsUsersMeSettings({ notifyOnReactions: false });
    expect(await reacted('🎉')).to.equal(0);
    const hers = await postToRoom(alice, room);
    await alice.sdk.patchChatsRoomMessage(room, hers, { message: 'edited' });
    expect((await device.next('chat.edit')).notify).to.equal(0);
  });

  it('agree with the participants that `notify` lists', async () => {
    using set = await withDevice();
    const { alice, bob, carol, room } = set;
    const listed = async (notify: boolean) =>
      (await alice.sdk.getChatsRoomParticipants(room, { notify })).participants.map(
        (it) => it.user.id,
      );
    expect(await listed(true)).to.include.members([bob.id, carol.id]);
    await bob.sdk.postChatsUsersMeSettings({ muted: true });
    expect(await listed(true))
      .to.include(carol.id)
      .and.not.include(bob.id);
    expect(await listed(false)).to.have.members([alice.id, bob.id, carol.id]);
  });
});
