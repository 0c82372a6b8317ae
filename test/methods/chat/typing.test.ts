import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { app, ownApp } from '../../support/app.ts';
import { narrowed, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, memberOf, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';
import { eventually } from '../../support/wait.ts';
import { post } from './support.ts';

/**
 * How many signals each device has received so far. A message to this conversation, which reaches
 * all of the devices, marks the end.
 */
async function signalCounts(
  devices: readonly Device[],
  author: Member,
  entityId: string,
): Promise<number[]> {
  const { seq } = await author.chat.post({ entity_id: entityId, message: 'Hi' });
  await eventually(() => devices.every((device) => device.received.at(-1)?.seq === seq));
  return devices.map((device) => device.signals.length);
}

describe('chat.typing', () => {
  it('reaches both sides’ devices, each with the other side as entity_id', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const mine = [await alice.device(), await alice.device()];
    const other = [await bob.device(), await bob.device()];
    expect(await alice.chat.typing({ entity_id: bob.id, state: 1 })).to.deep.equal({
      entity_id: bob.id,
      state: 1,
    });
    for (const [devices, entityId] of [
      [mine, bob.id],
      [other, alice.id],
    ] as const)
      for (const device of devices) {
        expect(await device.next('chat.typing')).to.deep.equal({
          name: 'chat.typing',
          hub_id: alice.hubId,
          room_id,
          entity_id: entityId,
          actor_id: alice.id,
          data: { room_id, user_id: alice.id, state: 1 },
        });
        expect(device.received).to.deep.equal([]);
        device.close();
      }
  });

  it('reaches all participants of a group, with the room as entity_id, and no others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7, admin: 31 });
    const { alice, bob, carol, dan, admin } = members;
    const room = await newRoom(alice, bob, carol);
    const inside = [
      await alice.device(),
      await bob.device(),
      await carol.device(),
      await bob.device(),
    ];
    const outside = [await dan.device(), await admin.device()];
    expect(await bob.chat.typing({ entity_id: room })).to.deep.equal({ entity_id: room, state: 1 });
    for (const device of inside)
      expect(await device.next('chat.typing')).to.deep.equal({
        name: 'chat.typing',
        hub_id: alice.hubId,
        room_id: room,
        entity_id: room,
        actor_id: bob.id,
        data: { room_id: room, user_id: bob.id, state: 1 },
      });
    const everybody = await newRoom(alice, bob, carol, dan, admin);
    expect(await signalCounts([...inside, ...outside], alice, everybody)).to.deep.equal([
      1, 1, 1, 1, 0, 0,
    ]);
    await dan.chat.typing({ entity_id: alice.id });
    expect(await signalCounts([...inside, ...outside], alice, everybody)).to.deep.equal([
      2, 1, 1, 1, 1, 0,
    ]);
    for (const device of [...inside, ...outside]) device.close();
  });

  it('publishes typing or stopped; typing when no state is given', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using device = await bob.device();
    const given = [1, 0, undefined, '0', true] as const;
    for (const state of given) {
      const published = state === 0 || state === '0' ? 0 : 1;
      const params = { entity_id: bob.id, state } as { entity_id: string };
      expect(await alice.chat.typing(params)).to.deep.equal({
        entity_id: bob.id,
        state: published,
      });
      expect((await device.next('chat.typing')).data.state, JSON.stringify(state)).to.equal(
        published,
      );
    }
    await refusedInputs(alice, 'chat.typing', [
      ...[2, -1, 'on', '', []].map((state) => ['state', { entity_id: bob.id, state }] as const),
      ['entity_id', {}],
      ['entity_id', { entity_id: 7 }],
    ]);
    const { token, hubId } = alice;
    const { body } = await raw('chat.typing', {
      token,
      hubId,
      verb: 'GET',
      query: `?entity_id=${bob.id}`,
    });
    expect(body.error).to.equal('METHOD_NOT_ALLOWED');
    expect(device.signals).to.have.length(given.length);
  });

  it('stores nothing: no seq, nothing in chat.sync or on later devices, nothing read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await post(alice, room);
    await post(alice, bob.id);
    const seq = await position(bob);
    using device = await bob.device();
    const logged = async () => {
      const [rows] = await app().pool.query('SELECT seq FROM events WHERE hub_id = ?', [bob.hubId]);
      return (rows as unknown[]).length;
    };
    const rows = await logged();
    const lists = () => Promise.all([bob.chat.chat_rooms(), alice.chat.chat_rooms()]);
    const before = await lists();
    for (const entity of [room, bob.id]) await alice.chat.typing({ entity_id: entity });
    await bob.chat.typing({ entity_id: room });
    for (let n = 0; n < 3; n++)
      expect(await device.next('chat.typing')).to.not.have.any.keys('seq', 'prev', 'stream');
    expect(await lists()).to.deep.equal(before);
    expect(await bob.chat.sync({ since: seq })).to.deep.include({ events: [], seq });
    expect(await logged()).to.equal(rows);
    using late = await bob.device(seq);
    await post(alice, room);
    expect((await late.next('chat.post')).seq).to.equal(seq + 1);
    expect(late.signals).to.deep.equal([]);
  });

  it('works before the first message of a direct conversation, and creates no room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using device = await bob.device();
    using mine = await alice.device();
    await alice.chat.typing({ entity_id: bob.id });
    const signal = await device.next('chat.typing');
    expect(signal).to.include({ room_id: null, entity_id: alice.id, actor_id: alice.id });
    expect(signal.data).to.deep.equal({ room_id: null, user_id: alice.id, state: 1 });
    expect(await mine.next('chat.typing')).to.include({ room_id: null, entity_id: bob.id });
    expect(await bob.chat.chat_rooms()).to.deep.equal([]);
    const { room_id } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await alice.chat.typing({ entity_id: bob.id });
    expect(await device.next('chat.typing')).to.include({ room_id });
  });

  it('has no room_id after a first message that failed', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [file] = await alice.chat.upload({ file: [new File(['text'], 'a.txt')] });
    const attachment = [file?.nid ?? ''];
    const outcomes = await Promise.allSettled(
      [bob, carol].map((peer) => alice.chat.post({ entity_id: peer.id, attachment })),
    );
    expect(outcomes.map((outcome) => outcome.status)).to.have.members(['fulfilled', 'rejected']);
    using device = await alice.device();
    for (const [n, peer] of [bob, carol].entries()) {
      await peer.chat.typing({ entity_id: alice.id });
      const { room_id } = await alice.chat.chat_room_info({ key: peer.id });
      expect(room_id === null).to.equal(outcomes[n]?.status === 'rejected');
      expect(await device.next('chat.typing')).to.include({ entity_id: peer.id, room_id });
    }
  });

  it('does not reach removed members, or the same user in another hub', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const elsewhere = await newHub({ dan: 7 });
    const { dan } = elsewhere.members;
    await elsewhere.operator.hub.add_member({ user_id: bob.id, privilege: 7 });
    const away = await memberOf(app(), bob.id, elsewhere.id);
    const room = await newRoom(alice, bob, carol);
    const [stays, removed, foreign] = [
      await carol.device(),
      await bob.device(),
      await away.device(),
    ];
    await alice.chat.typing({ entity_id: room });
    expect((await removed.next('chat.typing')).entity_id).to.equal(room);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.chat.typing({ entity_id: room });
    await stays.next('chat.typing');
    await stays.next('chat.typing');
    expect(await signalCounts([removed], alice, bob.id)).to.deep.equal([1]);
    await refused(bob.chat.typing({ entity_id: room }), 'ROOM_NOT_FOUND');
    await carol.chat.typing({ entity_id: bob.id });
    expect((await removed.next('chat.typing')).entity_id).to.equal(carol.id);
    expect(await signalCounts([foreign], dan, bob.id)).to.deep.equal([0]);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await alice.chat.typing({ entity_id: room });
    expect((await removed.next('chat.typing')).entity_id, 'after rejoining').to.equal(room);
    for (const device of [stays, removed, foreign]) device.close();
  });

  it('silently drops more than five per second, user and conversation', async () => {
    await using own = await ownApp();
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, own);
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    using device = await bob.device();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        alice.chat.typing({ entity_id: room, state: n % 2 === 0 ? 1 : 0 }),
      ),
    );
    expect(replies).to.deep.equal(
      replies.map((_, n) => ({ entity_id: room, state: n % 2 === 0 ? 1 : 0 })),
    );
    expect(await signalCounts([device], alice, room)).to.deep.equal([5]);
    await alice.chat.typing({ entity_id: bob.id });
    await carol.chat.typing({ entity_id: room });
    expect(
      await signalCounts([device], alice, room),
      'other conversations and users count apart',
    ).to.deep.equal([7]);
    await eventually(async () => {
      await alice.chat.typing({ entity_id: room });
      const [count = 0] = await signalCounts([device], alice, room);
      return count > 7;
    });
  });

  it('fails with ROOM_NOT_FOUND for unknown ids, the caller, and rooms of others', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
    const { alice, bob, carol, admin } = members;
    const { eve, fred } = (await newHub({ eve: 7, fred: 7 })).members;
    const room = await newRoom(alice, bob);
    const foreign = await newRoom(eve, fred);
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    using device = await bob.device();
    for (const id of ['nothing', '', '\u0000', alice.id, eve.id, foreign, room_id])
      await refused(alice.chat.typing({ entity_id: id }), 'ROOM_NOT_FOUND');
    for (const outsider of [carol, admin, eve])
      await refused(outsider.chat.typing({ entity_id: room }), 'ROOM_NOT_FOUND');
    expect(await signalCounts([device], alice, room)).to.deep.equal([0]);
    await post(alice, carol.id);
    await operator.hub.remove_member({ user_id: carol.id });
    await refused(alice.chat.typing({ entity_id: carol.id }), 'ROOM_NOT_FOUND');
    await refused(carol.chat.typing({ entity_id: alice.id }), 'PERMISSION_DENIED');
    expect(await alice.chat.typing({ entity_id: room })).to.include({ entity_id: room });
  });

  it('fails with ROOM_NOT_FOUND across a block for both sides, not in groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    using device = await bob.device();
    const both = [
      [alice, bob],
      [bob, alice],
    ] as const;
    const block = async () => {
      await alice.contact.block({ entity_id: bob.id });
      for (const [from, to] of both)
        await refused(from.chat.typing({ entity_id: to.id }), 'ROOM_NOT_FOUND');
      await alice.contact.unblock({ entity_id: bob.id });
    };
    await block();
    await post(bob, alice.id);
    await block();
    await alice.contact.block({ entity_id: bob.id });
    await alice.chat.typing({ entity_id: room });
    expect(await device.next('chat.typing')).to.include({ entity_id: room });
    await alice.contact.unblock({ entity_id: bob.id });
    await alice.chat.typing({ entity_id: bob.id });
    expect(await device.next('chat.typing')).to.include({ entity_id: alice.id });
    expect(device.signals).to.have.length(2);
  });

  it('fails with ROOM_ARCHIVED in a room archived for all, not for the caller alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await post(alice, room);
    using device = await alice.device();
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const member of [alice, bob])
      await refused(member.chat.typing({ entity_id: room }), 'ROOM_ARCHIVED');
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.change_status({ entity_id: room, status: 'archived' });
    await bob.chat.typing({ entity_id: room });
    expect(await device.next('chat.typing')).to.include({ entity_id: room, actor_id: bob.id });
    expect(await bob.chat.chat_room_info({ key: room }), 'still archived').to.include({
      is_archived: 1,
    });
    expect(device.signals).to.have.length(1);
  });

  it('rejects viewers, and tokens without the grant for it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    const room = await newRoom(alice, bob, viewer);
    using device = await bob.device();
    await refused(viewer.chat.typing({ entity_id: room }), 'PERMISSION_DENIED');
    const typingAs = async (grant: Grant) =>
      (await narrowed(alice, grant)).chat.typing({ entity_id: room });
    await refused(typingAs('chat:room:view'), 'PERMISSION_DENIED');
    await refused(typingAs('chat:reactions:edit'), 'PERMISSION_DENIED');
    expect(await typingAs('chat:chat:access')).to.include({ entity_id: room });
    expect((await device.next('chat.typing')).actor_id).to.equal(alice.id);
    expect(device.signals).to.have.length(1);
  });
});
