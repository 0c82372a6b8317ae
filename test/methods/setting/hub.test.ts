import { expect } from 'chai';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';

const defaults = { message_retention_days: 3650, reactions_enabled: 1 };

describe('The settings of a hub', () => {
  it('start as defaults: setting.get for admins, keys, operator; hub.info for all', async () => {
    const { members, operator, id } = await newHub({ admin: 31, viewer: 3 });
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    for (const caller of [members.admin, clientOf(key, id), operator])
      expect(await caller.setting.get()).to.deep.equal(defaults);
    expect((await members.viewer.hub.info()).settings).to.deep.equal(defaults);
  });

  it('are replaced by put: omitted fields return to their default', async () => {
    const { members } = await newHub({ admin: 31 });
    const { setting, hub } = members.admin;
    const both = { message_retention_days: 30, reactions_enabled: 0 as const };
    expect(await setting.put(both)).to.deep.equal(both);
    expect(await setting.get()).to.deep.equal(both);
    expect(await setting.put({ message_retention_days: 40 })).to.deep.equal({
      ...defaults,
      message_retention_days: 40,
    });
    expect(await setting.put({ reactions_enabled: 0 })).to.deep.equal({
      ...defaults,
      reactions_enabled: 0,
    });
    expect(await setting.put({})).to.deep.equal(defaults);
    expect((await hub.info()).settings).to.deep.equal(defaults);
  });

  it('are changed by patch: omitted fields stay', async () => {
    const { members } = await newHub({ admin: 31 });
    const { setting } = members.admin;
    expect(await setting.patch({ message_retention_days: 30 })).to.deep.equal({
      ...defaults,
      message_retention_days: 30,
    });
    const both = { message_retention_days: 30, reactions_enabled: 0 };
    expect(await setting.patch({ reactions_enabled: 0 })).to.deep.equal(both);
    expect(await setting.patch({})).to.deep.equal(both);
    expect(await setting.get()).to.deep.equal(both);
    expect(await setting.patch({ reactions_enabled: 1 })).to.deep.equal({
      ...both,
      reactions_enabled: 1,
    });
  });

  it('keep messages for 10 to 3650 whole days; other values are INVALID_INPUT', async () => {
    const { members } = await newHub({ admin: 31 });
    const { admin } = members;
    for (const days of [10, 3650, 11]) {
      await admin.setting.patch({ message_retention_days: days });
      expect((await admin.setting.get()).message_retention_days).to.equal(days);
    }
    const asText = untyped({ message_retention_days: '10' });
    expect(await admin.setting.patch(asText), 'a number in a string').to.include({
      message_retention_days: 10,
    });
    for (const method of ['setting.put', 'setting.patch']) {
      await refusedInputs(admin, method, [
        ...[9, 0, -10, 3651, 10.5, 1e9, '9', 'ten', '', [10], {}].map(
          (value) =>
            [
              'message_retention_days',
              { message_retention_days: value, reactions_enabled: 0 },
            ] as const,
        ),
        ...[2, -1, 'yes', [1]].map(
          (value) =>
            [
              'reactions_enabled',
              { message_retention_days: 20, reactions_enabled: value },
            ] as const,
        ),
        ['other', { other: 1 }],
      ]);
    }
    expect(await admin.setting.get()).to.deep.equal({ ...defaults, message_retention_days: 10 });
  });

  it('are for admins, privileged keys and the operator; others change nothing', async () => {
    const { members, operator, id } = await newHub({
      owner: 63,
      admin: 31,
      moderator: 15,
      member: 7,
      viewer: 3,
    });
    const other = await newHub({ stranger: 63 });
    const { key } = await operator.key.create({ name: 'Weak', permission: 15 });
    const foreign = clientOf(other.members.stranger.token, id);
    for (const caller of [
      members.moderator,
      members.member,
      members.viewer,
      clientOf(key, id),
      foreign,
    ]) {
      await refused(caller.setting.get(), 'PERMISSION_DENIED');
      await refused(caller.setting.put({ reactions_enabled: 0 }), 'PERMISSION_DENIED');
      await refused(caller.setting.patch({ reactions_enabled: 0 }), 'PERMISSION_DENIED');
    }
    expect(await operator.setting.get()).to.deep.equal(defaults);
    const { key: strong } = await operator.key.create({ name: 'Strong', permission: 31 });
    for (const [n, caller] of [
      members.owner,
      members.admin,
      clientOf(strong, id),
      operator,
    ].entries())
      expect(await caller.setting.patch({ message_retention_days: 100 + n })).to.include({
        message_retention_days: 100 + n,
      });
    expect(await other.operator.setting.get(), 'of the other hub').to.deep.equal(defaults);
  });

  it('require chat:setting:view to read and chat:setting:edit in narrowed tokens', async () => {
    const { members } = await newHub({ admin: 31 });
    const { admin } = members;
    const narrowed = async (
      ...grants: ('chat:setting:view' | 'chat:setting:edit' | 'chat:chat:access')[]
    ) =>
      clientOf((await platform().session.issue({ user_id: admin.id, grants })).token, admin.hubId);
    const [viewer, editor, neither] = [
      await narrowed('chat:setting:view'),
      await narrowed('chat:setting:edit'),
      await narrowed('chat:chat:access'),
    ];
    expect(await viewer.setting.get()).to.deep.equal(defaults);
    await refused(viewer.setting.patch({ reactions_enabled: 0 }), 'PERMISSION_DENIED');
    expect(await editor.setting.patch({ reactions_enabled: 0 })).to.include({
      reactions_enabled: 0,
    });
    expect(await editor.setting.get()).to.include({ reactions_enabled: 0 });
    await refused(neither.setting.get(), 'PERMISSION_DENIED');
    await refused(neither.setting.put({}), 'PERMISSION_DENIED');
  });

  it('are published to every device of every member, in the hub’s own stream only', async () => {
    const { members, operator, id } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { admin, alice, bob } = members;
    const start = await position(admin);
    using own = await admin.device();
    using first = await alice.device();
    using second = await alice.device();
    using foreign = await stranger.device();
    await admin.setting.patch({ message_retention_days: 30 });
    await alice.chat.post({ entity_id: bob.id, message: 'Something between' });
    await operator.setting.put({ message_retention_days: 30, reactions_enabled: 0 });
    for (const device of [own, first, second]) {
      const patched = await device.next('setting.patch');
      const common = { hub_id: id, room_id: null, entity_id: id, stream: id, notify: 0 };
      expect({ ...patched }).to.deep.equal({
        ...{ ...common, name: 'setting.patch', seq: start + 1, prev: 0, actor_id: admin.id },
        data: { message_retention_days: 30, reactions_enabled: 1 },
      });
      const put = await device.next('setting.put');
      expect({ ...put }).to.deep.include({ ...common, prev: start + 1, actor_id: '' });
      expect(put.data).to.deep.equal({ message_retention_days: 30, reactions_enabled: 0 });
    }
    await stranger.tag.create({ name: 'Marker' });
    await foreign.next('tag.create');
    expect(foreign.received.map(({ name }) => name)).to.deep.equal(['tag.create']);
  });

  it('are in chat.sync as published, also for members who were away, before `ready`', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, away: 7 });
    const { admin, alice, away } = members;
    const start = await position(admin);
    using device = await alice.device();
    await admin.setting.patch({ message_retention_days: 30 });
    await admin.setting.put({});
    await device.next('setting.put');
    expect(device.received.map(({ name }) => name)).to.deep.equal(['setting.patch', 'setting.put']);
    for (const member of [admin, alice, away])
      expect(await synced(member, start)).to.deep.equal(device.received);
    using late = await away.device(start);
    expect(late.received).to.deep.equal(device.received);
    expect(late.ready).to.include({ seq: start + 2 });
    const page = await away.chat.sync({ since: start, limit: 1 });
    expect([page.events.map(({ name }) => name), page.more]).to.deep.equal([
      ['setting.patch'],
      true,
    ]);
  });

  it('are not published to former members, and to new ones only from joining on', async () => {
    const { members, operator, join } = await newHub({ admin: 31, leaver: 7 });
    const { admin, leaver } = members;
    const start = await position(admin);
    await admin.setting.patch({ message_retention_days: 30 });
    await operator.hub.remove_member({ user_id: leaver.id });
    await refused(leaver.chat.sync({ since: start }), 'PERMISSION_DENIED');
    const late = await join('Late');
    using device = await late.device();
    await admin.setting.patch({ message_retention_days: 40 });
    expect((await device.next('setting.patch')).data).to.include({ message_retention_days: 40 });
    expect(device.received).to.have.length(1);
  });

  it('are not published when nothing changes', async () => {
    const { members } = await newHub({ admin: 31 });
    const { admin } = members;
    const start = await position(admin);
    await admin.setting.patch({});
    await admin.setting.put({});
    await admin.setting.put(defaults as { reactions_enabled: 1 });
    await admin.setting.patch({ reactions_enabled: 1 });
    expect(await position(admin)).to.equal(start);
    await admin.setting.patch({ reactions_enabled: 0 });
    const last = await position(admin);
    expect(last).to.equal(start + 1);
    await admin.setting.patch({ reactions_enabled: 0 });
    expect(await position(admin)).to.equal(last);
  });

  it('keep both of two concurrent changes of different fields', async () => {
    const { members } = await newHub({ admin: 31, owner: 63 });
    const { admin, owner } = members;
    for (let round = 0; round < 8; round++) {
      const off = (round % 2) as 0 | 1;
      const days = 100 + round;
      await Promise.all([
        admin.setting.patch({ reactions_enabled: off }),
        owner.setting.patch({ message_retention_days: days }),
      ]);
      const now = await admin.setting.get();
      expect(now).to.deep.equal({ message_retention_days: days, reactions_enabled: off });
      const logged = (await synced(admin, 0)).filter((event) => event.stream === admin.hubId);
      expect(logged.at(-1)?.data, 'the last event has the current settings').to.deep.equal(now);
      expect(logged.map((event) => event.prev)).to.deep.equal([
        0,
        ...logged.slice(0, -1).map((event) => event.seq),
      ]);
    }
  });
});

describe('Reactions that are switched off', () => {
  it('fail with NOT_ENABLED, keep existing ones, and work again when switched on', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { admin, alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { message_id } = await alice.chat.post({ entity_id: room, message: 'Hi' });
    await bob.chat.react({ message_id, emoji: '👍' });
    const shown = async () => (await alice.chat.get({ message_ids: [message_id] }))[0]?.reactions;
    const given = [{ emoji: '👍', count: 1, user_ids: [bob.id] }];
    await admin.setting.patch({ reactions_enabled: 0 });
    const last = await position(alice);
    for (const state of [1, 0, undefined] as const)
      for (const emoji of ['👍', '🎉'])
        await refused(
          bob.chat.react({ message_id, emoji, ...(state === undefined ? {} : { state }) }),
          'NOT_ENABLED',
        );
    for (const emojis of [[], ['👍'], ['🎉', '👍']])
      await refused(bob.chat.set_reactions({ message_id, emojis }), 'NOT_ENABLED');
    expect(await shown()).to.deep.equal(given);
    expect(await position(alice)).to.equal(last);
    await refused(bob.chat.react({ message_id: room, emoji: '👍' }), 'MESSAGE_NOT_FOUND');
    await admin.setting.put({});
    await bob.chat.react({ message_id, emoji: '🎉' });
    await bob.chat.set_reactions({ message_id, emojis: ['🎉'] });
    expect(await shown()).to.deep.equal([{ emoji: '🎉', count: 1, user_ids: [bob.id] }]);
  });

  it('are off for all members of this hub, including admins, and in no other hub', async () => {
    const { members, operator } = await newHub({ admin: 31, alice: 7 });
    const other = await newHub({ carol: 7 });
    const { admin, alice } = members;
    const { carol } = other.members;
    await operator.setting.patch({ reactions_enabled: 0 });
    const { message_id } = await alice.chat.post({ entity_id: admin.id, message: 'Hi' });
    await refused(admin.chat.react({ message_id, emoji: '👍' }), 'NOT_ENABLED');
    const theirs = await carol.chat.post({ entity_id: await newRoom(carol), message: 'Hi' });
    expect(await carol.chat.react({ message_id: theirs.message_id, emoji: '👍' })).to.include({
      state: 1,
    });
  });

  it('add none from the moment that the change is published', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { admin, alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { message_id } = await alice.chat.post({ entity_id: room, message: 'Hi' });
    const emoji = ['👍', '👎', '😀', '😁', '😂', '😃', '😄', '😅', '😆', '😇'];
    const reacting = emoji.map((one) =>
      bob.chat.react({ message_id, emoji: one }).catch((error) => error.code),
    );
    const [, ...outcomes] = await Promise.all([
      admin.setting.patch({ reactions_enabled: 0 }),
      ...reacting,
    ]);
    expect(
      outcomes.filter((one) => typeof one === 'string' && one !== 'NOT_ENABLED'),
    ).to.deep.equal([]);
    const names = (await synced(alice, 0)).map(({ name }) => name);
    expect(names.lastIndexOf('chat.react')).to.be.below(names.indexOf('setting.patch'));
    const taken = outcomes.filter((one) => typeof one !== 'string').length;
    expect(names.filter((name) => name === 'chat.react')).to.have.length(taken);
    expect((await alice.chat.get({ message_ids: [message_id] }))[0]?.reactions).to.have.length(
      taken,
    );
  });
});
