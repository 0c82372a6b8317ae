import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position, synced } from '../../support/events.ts';
import { type ForwardApp, forwardApp } from '../../support/forward.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

const hourMs = 3_600_000;
const byDefault = { notify_level: 'default', notify_until_ms: null } as const;

/** What a conversation's row says of it, in lists and alone. */
async function shownTo({ chat }: Member, key: string) {
  const pick = ({ notify_level, notify_until_ms }: Awaited<ReturnType<typeof row>>) => ({
    notify_level,
    notify_until_ms,
  });
  const row = () => chat.chat_room_info({ key });
  const alone = pick(await row());
  const { flag } = await row();
  const lists = [
    await chat.chat_rooms({ option: 'all' }),
    await (flag === 'contact' ? chat.contact_rooms : chat.share_rooms)({ option: 'all' }),
  ];
  for (const list of lists)
    expect(list.filter(({ entity_id }) => entity_id === key).map(pick)).to.deep.equal([alone]);
  return alone;
}

describe('chat.notify', () => {
  it('sets a level, shown to the caller alone, on all their devices', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    using first = await alice.device();
    using second = await alice.device();
    using other = await bob.device();
    for (const entity_id of [room, bob.id]) {
      expect(await shownTo(alice, entity_id)).to.deep.equal(byDefault);
      const since = await position(alice);
      const reply = { entity_id, notify_level: 'none', notify_until_ms: null };
      expect(await alice.chat.notify({ entity_id, level: 'none' })).to.deep.equal(reply);
      const event = await first.next('chat.notify');
      const address = { hub_id: id, entity_id, actor_id: alice.id, stream: alice.id, notify: 0 };
      expect(event).to.deep.include({ ...address, data: reply });
      expect(await second.next('chat.notify')).to.deep.equal(event);
      expect(await synced(alice, since)).to.deep.equal([event]);
      expect(await shownTo(alice, entity_id)).to.deep.include({ notify_level: 'none' });
    }
    expect(await shownTo(bob, room)).to.deep.equal(byDefault);
    expect(await shownTo(bob, alice.id)).to.deep.equal(byDefault);
    expect(other.received).to.deep.equal([]);
    await alice.chat.notify({ entity_id: room, level: 'default' });
    expect(await shownTo(alice, room)).to.deep.equal(byDefault);
    expect(await shownTo(alice, bob.id), 'of one conversation').to.include({
      notify_level: 'none',
    });
  });

  it('publishes nothing, and uses no seq, when nothing changes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    const start = await position(alice);
    await alice.chat.notify({ entity_id, level: 'default' });
    expect(await position(alice)).to.equal(start);
    const until_ms = Date.now() + hourMs;
    for (const call of [{ level: 'all' }, { level: 'all', until_ms }] as const)
      for (let times = 0; times < 2; times++) await alice.chat.notify({ entity_id, ...call });
    expect(await position(alice)).to.equal(start + 2);
  });

  it('is for archived rooms too, and keeps the level when they are archived', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    await bob.chat.notify({ entity_id, level: 'mentions' });
    expect(await shownTo(bob, entity_id)).to.include({ notify_level: 'mentions' });
    await alice.chat.change_status({ entity_id, status: 'active', for: 'all' });
    expect(await shownTo(bob, entity_id)).to.include({ notify_level: 'mentions' });
    await bob.chat.change_status({ entity_id, status: 'archived' });
    await bob.chat.notify({ entity_id, level: 'none' });
    const row = await bob.chat.chat_room_info({ key: entity_id });
    expect(row, 'and does not restore one').to.include({ notify_level: 'none', is_archived: 1 });
  });

  it('ends when the member leaves the room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await bob.chat.notify({ entity_id, level: 'none' });
    await alice.room.remove({ entity_id, user_id: bob.id });
    await refused(bob.chat.notify({ entity_id, level: 'none' }), 'ROOM_NOT_FOUND');
    await alice.room.add({ entity_id, user_id: bob.id });
    expect(await shownTo(bob, entity_id)).to.deep.equal(byDefault);
  });

  it('fails with ROOM_NOT_FOUND where the caller has no conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
    const { alice, bob, carol, admin } = members;
    const far = await newHub({ dan: 7 });
    const theirs = await newRoom(bob, carol);
    const open = await newRoom(bob);
    await bob.room.update({ entity_id: open, visibility: 'public' });
    const elsewhere = await newRoom(far.members.dan);
    for (const by of [alice, admin])
      for (const entity_id of [theirs, open, elsewhere, by.id, far.members.dan.id, 'nobody', ''])
        await refused(by.chat.notify({ entity_id, level: 'none' }), 'ROOM_NOT_FOUND');
    const unopened = { entity_id: bob.id, level: 'none' } as const;
    await refused(alice.chat.notify(unopened), 'ROOM_NOT_FOUND');
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await alice.chat.notify(unopened);
  });

  it('fails with INVALID_INPUT for another level, or a time that has no meaning', async () => {
    const { members } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const entity_id = await newRoom(alice);
    const now = Date.now();
    await refusedInputs(alice, 'chat.notify', [
      ...[undefined, null, '', 'None', 0].map((level) => ['level', { entity_id, level }] as const),
      ...[0, -1, now - 1, 1.5, 'soon', 8_640_000_000_000_001].map(
        (until_ms) => ['until_ms', { entity_id, level: 'none', until_ms }] as const,
      ),
      ['until_ms', { entity_id, level: 'default', until_ms: now + hourMs }],
    ]);
    expect(await shownTo(alice, entity_id)).to.deep.equal(byDefault);
    await refused(viewer.chat.notify({ entity_id, level: 'none' }), 'PERMISSION_DENIED');
  });
});

describe('The end of a level', () => {
  let service: ForwardApp;
  before(async () => {
    service = await forwardApp();
  });
  after(() => service[Symbol.asyncDispose]());

  it('comes at its time without an event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 }, service.app);
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    const until_ms = service.now() + hourMs;
    await bob.chat.notify({ entity_id, level: 'none', until_ms });
    const alerted = async () =>
      (await alice.room.participants({ entity_id, notify: 1 })).map((row) => row.user_id);
    expect(await shownTo(bob, entity_id)).to.deep.equal({
      ...{ notify_level: 'none', notify_until_ms: until_ms },
    });
    expect(await alerted()).to.deep.equal([alice.id]);
    const start = await position(bob);
    service.putForward(hourMs);
    expect(await shownTo(bob, entity_id)).to.deep.equal(byDefault);
    expect(await alerted()).to.deep.equal([alice.id, bob.id]);
    await bob.chat.notify({ entity_id, level: 'default' });
    expect(await position(bob), 'nothing changes by a call that says so').to.equal(start);
    await bob.chat.notify({ entity_id, level: 'none' });
    service.putForward(24 * hourMs);
    expect(await shownTo(bob, entity_id), 'for good').to.include({ notify_level: 'none' });
    expect(await alerted()).to.deep.equal([alice.id]);
    await bob.setting.patch_user({ mentions_only: 1 });
    await bob.chat.notify({ entity_id, level: 'all' });
    expect(await alerted(), 'all, where the hub has mentions only').to.have.length(2);
  });
});
