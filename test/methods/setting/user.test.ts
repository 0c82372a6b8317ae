import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { memberOf, newHub, refused } from '../../support/hub.ts';

const defaultsOf = (user_id: string) => ({
  ...{
    user_id,
    muted: 0,
    muted_until_ms: null,
    mentions_only: 0,
    notify_on_reactions: 1,
    mobile_notifications: 'always',
  },
});

describe('The user settings of a member', () => {
  it('start as defaults, for viewers too', async () => {
    const { members } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    for (const member of [alice, viewer])
      expect(await member.setting.get_user()).to.deep.equal(defaultsOf(member.id));
    expect(await viewer.setting.patch_user({ muted: 1 })).to.include({ muted: 1 });
  });

  it('are changed by patch, which keeps omitted fields, and reset to defaults', async () => {
    const { members } = await newHub({ alice: 7 });
    const { id, setting } = members.alice;
    let expected: object = defaultsOf(id);
    for (const change of [
      { muted: 1 },
      { mentions_only: 1 },
      { notify_on_reactions: 0 },
      { mobile_notifications: 'only_when_inactive' },
      {},
      { muted: 0, mobile_notifications: 'always' },
    ] as const) {
      expected = { ...expected, ...change };
      expect(await setting.patch_user(change)).to.deep.equal(expected);
      expect(await setting.get_user()).to.deep.equal(expected);
    }
    expect(await setting.get_user({ user_id: id }), 'oneself by id').to.deep.equal(expected);
    expect(await setting.reset_user()).to.deep.equal(defaultsOf(id));
    expect(await setting.get_user()).to.deep.equal(defaultsOf(id));
    expect(await setting.patch_user({ user_id: id, muted: 1 })).to.include({ muted: 1 });
    expect(await setting.reset_user({ user_id: id })).to.deep.equal(defaultsOf(id));
  });

  it('are rejected when invalid, and nothing changes', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await refusedInputs(alice, 'setting.patch_user', [
      ...[2, 'yes', []].flatMap((value) => [
        ['muted', { muted: value, mentions_only: 1 }] as const,
        ['mentions_only', { muted: 1, mentions_only: value }] as const,
        ['notify_on_reactions', { muted: 1, notify_on_reactions: value }] as const,
      ]),
      ...['never', '', 1].map(
        (value) => ['mobile_notifications', { muted: 1, mobile_notifications: value }] as const,
      ),
      ['other', { muted: 1, other: 1 }],
    ]);
    await refusedInputs(alice, 'setting.reset_user', [['muted', { muted: 1 }]]);
    expect(await alice.setting.get_user()).to.deep.equal(defaultsOf(alice.id));
  });

  it('are published to own devices only, in the own stream and in chat.sync', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using first = await alice.device();
    using second = await alice.device();
    using other = await bob.device();
    const [start, before] = [await position(alice), (await synced(alice, 0)).at(-1)?.seq ?? 0];
    const data = await alice.setting.patch_user({ muted: 1 });
    await alice.setting.reset_user();
    for (const device of [first, second]) {
      const patched = await device.next('setting.patch_user');
      expect({ ...patched }).to.deep.equal({
        ...{
          name: 'setting.patch_user',
          seq: start + 1,
          prev: before,
          hub_id: id,
          room_id: null,
          notify: 0,
          data,
        },
        ...{ entity_id: alice.id, stream: alice.id, actor_id: alice.id },
      });
      expect(await device.next('setting.reset_user')).to.deep.include({
        ...{ prev: start + 1, stream: alice.id, data: defaultsOf(alice.id) },
      });
    }
    expect(await synced(alice, start)).to.deep.equal(first.received);
    expect(await synced(bob, start)).to.deep.equal([]);
    await bob.tag.create({ name: 'Marker' });
    await other.next('tag.create');
    expect(other.received.map(({ name }) => name)).to.deep.equal(['tag.create']);
  });

  it('are not published when nothing changes', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const start = await position(alice);
    await alice.setting.patch_user({});
    await alice.setting.patch_user({
      muted: 0,
      notify_on_reactions: 1,
      mobile_notifications: 'always',
    });
    await alice.setting.reset_user();
    expect(await position(alice)).to.equal(start);
    await alice.setting.patch_user({ muted: 1 });
    await alice.setting.patch_user({ muted: 1 });
    expect(await position(alice)).to.equal(start + 1);
    await alice.setting.reset_user();
    await alice.setting.reset_user();
    expect(await position(alice)).to.equal(start + 2);
  });

  it('may be changed by admins for members with no more privileges, who get events', async () => {
    const { members, operator, id } = await newHub({
      owner: 63,
      admin: 31,
      moderator: 15,
      alice: 7,
      bob: 7,
    });
    const { owner, admin, moderator, alice, bob } = members;
    using device = await alice.device();
    using own = await admin.device();
    expect(await admin.setting.patch_user({ user_id: alice.id, muted: 1 })).to.deep.equal({
      ...defaultsOf(alice.id),
      muted: 1,
    });
    expect(await device.next('setting.patch_user')).to.include({
      actor_id: admin.id,
      stream: alice.id,
    });
    expect(await alice.setting.get_user()).to.include({ muted: 1 });
    expect(await admin.setting.get_user({ user_id: alice.id })).to.include({
      muted: 1,
      user_id: alice.id,
    });
    expect(await admin.setting.get_user(), 'own settings are unchanged').to.include({
      muted: 0,
      user_id: admin.id,
    });
    await owner.setting.reset_user({ user_id: alice.id });
    expect(await device.next('setting.reset_user')).to.include({ actor_id: owner.id });
    expect(own.received).to.deep.equal([]);

    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    for (const caller of [bob, moderator, clientOf(key, id), operator]) {
      await refused(caller.setting.get_user({ user_id: alice.id }), 'PERMISSION_DENIED');
      await refused(
        caller.setting.patch_user({ user_id: alice.id, muted: 1 }),
        'PERMISSION_DENIED',
      );
      await refused(caller.setting.reset_user({ user_id: alice.id }), 'PERMISSION_DENIED');
    }
    await refused(admin.setting.get_user({ user_id: owner.id }), 'PERMISSION_DENIED');
    await refused(admin.setting.patch_user({ user_id: owner.id, muted: 1 }), 'PERMISSION_DENIED');
    await refused(admin.setting.reset_user({ user_id: owner.id }), 'PERMISSION_DENIED');
    expect(await alice.setting.get_user()).to.deep.equal(defaultsOf(alice.id));
    expect(await owner.setting.get_user()).to.deep.equal(defaultsOf(owner.id));
  });

  it('do not exist for former, foreign and unknown users alike', async () => {
    const { members, operator } = await newHub({ admin: 31, left: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { admin, left } = members;
    await operator.hub.remove_member({ user_id: left.id });
    for (const user_id of [left.id, stranger.id, 'nobody', '']) {
      const { details } = await refused(admin.setting.get_user({ user_id }), 'INVALID_CONTACT');
      expect(details).to.deep.equal(['user_id: is not a member']);
      await refused(admin.setting.patch_user({ user_id, muted: 1 }), 'INVALID_CONTACT');
      await refused(admin.setting.reset_user({ user_id }), 'INVALID_CONTACT');
    }
  });

  it('apply in one hub only', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({ bob: 7 })];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
    const there = await memberOf(app(), alice.id, other.id);
    await alice.setting.patch_user({ muted: 1, mobile_notifications: 'only_when_inactive' });
    expect(await there.setting.get_user()).to.deep.equal(defaultsOf(alice.id));
    await there.setting.patch_user({ mentions_only: 1 });
    await there.setting.reset_user();
    expect(await alice.setting.get_user()).to.include({
      muted: 1,
      mobile_notifications: 'only_when_inactive',
    });
  });

  it('keep both of two concurrent changes', async () => {
    const { members } = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = members;
    for (let round = 0; round < 6; round++) {
      const on = ((round + 1) % 2) as 0 | 1;
      await Promise.all([
        alice.setting.patch_user({ muted: on }),
        admin.setting.patch_user({ user_id: alice.id, mentions_only: on }),
        alice.setting.patch_user({ notify_on_reactions: on === 1 ? 0 : 1 }),
      ]);
      const now = await alice.setting.get_user();
      expect(now).to.include({
        muted: on,
        mentions_only: on,
        notify_on_reactions: on === 1 ? 0 : 1,
      });
      expect((await synced(alice, 0)).at(-1)?.data).to.deep.equal(now);
    }
  });

  it('require chat:usersettings:view or :edit of narrowed tokens, own chat access', async () => {
    const { members } = await newHub({ alice: 31, bob: 7 });
    const { alice, bob } = members;
    const narrowed = async (
      grant: 'chat:usersettings:view' | 'chat:usersettings:edit' | 'chat:chat:access',
    ) =>
      clientOf(
        (await platform().session.issue({ user_id: alice.id, grants: [grant] })).token,
        alice.hubId,
      );
    const [viewer, editor, chatter] = [
      await narrowed('chat:usersettings:view'),
      await narrowed('chat:usersettings:edit'),
      await narrowed('chat:chat:access'),
    ];
    for (const client of [viewer, editor, chatter])
      expect(await client.setting.get_user()).to.include({ user_id: alice.id });
    const bobs = { user_id: bob.id };
    for (const client of [viewer, editor])
      expect(await client.setting.get_user(bobs)).to.include(bobs);
    expect(await editor.setting.patch_user({ ...bobs, muted: 1 })).to.include({
      ...bobs,
      muted: 1,
    });
    expect(await editor.setting.reset_user(bobs)).to.include({ ...bobs, muted: 0 });
    await refused(chatter.setting.get_user(bobs), 'PERMISSION_DENIED');
    for (const client of [viewer, chatter]) {
      await refused(client.setting.patch_user({ ...bobs, muted: 1 }), 'PERMISSION_DENIED');
      await refused(client.setting.reset_user(bobs), 'PERMISSION_DENIED');
    }
    await refused(viewer.setting.patch_user({ muted: 1 }), 'PERMISSION_DENIED');
    await refused(viewer.setting.reset_user(), 'PERMISSION_DENIED');
    for (const client of [editor, chatter]) {
      expect(await client.setting.patch_user({ muted: 1 })).to.include({ muted: 1 });
      expect(await client.setting.reset_user()).to.include({ muted: 0 });
    }
  });
});
