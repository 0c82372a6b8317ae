import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import {
  fieldsOf,
  nobodyId,
  people,
  personOf,
  pinsBy,
  pinsOf,
  postToRoom,
  postToUser,
  refusal,
  roomIdOf,
  sdkOf,
  sdkRoom,
  versions,
} from '../../support/genesys.ts';
import { type Member, newHub } from '../../support/hub.ts';

const fresh = () => people({ alice: 31, bob: 7, carol: 7 });
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** A room with enough messages to pin. */
async function withMessages(count: number) {
  const cast = await fresh();
  const room = await sdkRoom(cast.alice, cast.bob);
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await postToRoom(cast.alice, room, `message ${n}`));
  return { ...cast, room, ids };
}

describe('A room created by an SDK', () => {
  async function crowd(count: number) {
    const users = times(count, (n) => [`user${n}`, 7] as const);
    const { members } = await newHub({ alice: 7, ...Object.fromEntries(users) });
    const { alice, ...others } = members;
    const ids = Object.values<Member>(others).map((user) => user.id);
    return { alice: personOf(alice), ids };
  }
  const roomsOf = async ({
    native,
  }: {
    native: { room: { list(params: object): Promise<unknown[]> } };
  }) => (await native.room.list({})).length;

  it('accepts 25 users besides its creator, and is not created with 26', async () => {
    const { alice, ids } = await crowd(26);
    for (const [made, version] of versions.entries()) {
      const sdk = sdkOf(version, alice.native.token);
      const error = await refusal(
        sdk.postChatsRooms({ subject: 'Crowd', userIds: ids }),
        400,
        'bad.request',
      );
      expect(fieldsOf(error)).to.deep.equal(['userIds']);
      expect(await roomsOf(alice)).to.equal(made);
      const { jid } = await sdk.postChatsRooms({ subject: 'Crowd', userIds: ids.slice(1) });
      const { participants } = await alice.sdk.getChatsRoomParticipants(jid);
      expect(participants.map((it) => it.user.id)).to.have.members([alice.id, ...ids.slice(1)]);
    }
  });

  it('counts each user once, also the creator, however often they are listed', async () => {
    const { alice, bob } = await fresh();
    const userIds = [...times(24, () => bob.id), alice.id];
    const { jid } = await alice.sdk.postChatsRooms({ subject: 'Twice', userIds });
    const { participants } = await alice.sdk.getChatsRoomParticipants(jid);
    expect(participants.map((it) => it.user.id)).to.have.members([alice.id, bob.id]);
  });

  it('is not created with an unknown user or one of another hub', async () => {
    const { alice, bob } = await fresh();
    const stranger = (await people({ stranger: 7 })).stranger;
    for (const other of [nobodyId, 'nobody', '', stranger.id]) {
      const call = alice.sdk.postChatsRooms({ subject: 'Room', userIds: [bob.id, other] });
      const error = await refusal(call, 400, 'bad.request');
      expect(fieldsOf(error)).to.deep.equal(['userIds']);
    }
    expect(await roomsOf(alice)).to.equal(0);
    expect(await roomsOf(stranger)).to.equal(0);
  });

  it('is not created without a subject, which cannot be cleared either', async () => {
    const { alice, bob } = await fresh();
    for (const body of [
      {},
      { subject: '' },
      { subject: '   ' },
      { subject: null },
      { subject: 7 },
      { userIds: [bob.id] },
    ]) {
      const error = await refusal(alice.sdk.postChatsRooms(body), 400, 'bad.request');
      expect(fieldsOf(error)).to.deep.equal(['subject']);
    }
    const room = await sdkRoom(alice, bob);
    await refusal(alice.sdk.patchChatsRoom(room, { subject: ' ' }), 400, 'bad.request');
    await bob.sdk.patchChatsRoom(room, { description: 'kept' });
    await bob.sdk.patchChatsRoom(room, {
      subject: null,
      description: null,
      ownerIds: null,
      pinnedMessageIds: null,
    });
    expect(await bob.sdk.getChatsRoom(room)).to.include({ subject: 'Room', description: 'kept' });
    await bob.sdk.patchChatsRoom(room, { description: '' });
    expect((await bob.sdk.getChatsRoom(room)).description ?? '').to.equal('');
    await bob.sdk.patchChatsRoom(room, {});
    expect((await bob.sdk.getChatsRoom(room)).subject).to.equal('Room');
  });

  it('is full at its `participantLimit`: adding another user is 409', async () => {
    await using app = await ownApp({ LIMIT_PARTICIPANTS: '3' });
    const { alice, bob, carol, dave } = await people(
      { alice: 7, bob: 7, carol: 7, dave: 7 },
      { app },
    );
    const room = await sdkRoom(alice, bob, carol);
    expect((await bob.sdk.getChatsRoom(room)).participantLimit).to.equal(3);
    await refusal(alice.sdk.postChatsRoomParticipant(room, dave.id), 409, 'general.conflict');
    expect((await alice.sdk.getChatsRoomParticipants(room)).participants).to.have.length(3);
    await bob.sdk.deleteChatsRoomParticipant(room, bob.id);
    await alice.sdk.postChatsRoomParticipant(room, dave.id);
    await dave.sdk.getChatsRoom(room);
  });

  it('ignores unknown properties and needs no users', async () => {
    const { alice } = await fresh();
    const { jid } = await alice.sdk.postChatsRooms({ subject: 'Alone', colour: 'red' });
    expect((await alice.sdk.getChatsRoomParticipants(jid)).participants).to.have.length(1);
  });
});

describe('Pins in an SDK', () => {
  for (const version of versions)
    it(`${version} are at most five: the sixth is refused and the set is as it was`, async () => {
      const { alice, bob, room, ids } = await withMessages(6);
      const old = { sdk: sdkOf(version, bob.native.token) };
      const pin = (...some: string[]) => pinsBy(version).add(old, room, some);
      await pin(ids[0] ?? '', ids[1] ?? '');
      for (const id of ids.slice(2, 5)) await pin(id);
      const five = await pinsOf(alice, room);
      expect(five).to.have.members(ids.slice(0, 5));
      const { limit } = await refusal(pin(ids[5] ?? ''), 400, 'bad.request');
      expect(limit).to.deep.include({ key: 'pinned.messages.max', value: 5 });
      expect(await pinsOf(alice, room)).to.deep.equal(five);
      await pin(...ids.slice(0, 5));
      expect(await pinsOf(alice, room), 'pinned already').to.have.members(five);
      await pinsBy(version).remove(old, room, ids[0] ?? '');
      await pin(ids[5] ?? '');
      expect(await pinsOf(alice, room)).to.have.members(ids.slice(1));
    });

  it('are set for all messages of a request or for none', async () => {
    const { alice, bob, room, ids } = await withMessages(6);
    const pin = (pinnedMessageIds: unknown) =>
      alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds });
    const { limit } = await refusal(pin(ids), 400, 'bad.request');
    expect(limit).to.deep.include({ key: 'pinned.messages.max', value: 5 });
    const elsewhere = await postToRoom(alice, await sdkRoom(alice, bob));
    const direct = await postToUser(alice, bob);
    for (const other of [elsewhere, direct, 'nothing', nobodyId]) {
      await refusal(pin([ids[0], other]), 404, 'not.found');
    }
    for (const bad of [[], undefined, null, 'x', [7]]) await refusal(pin(bad), 400, 'bad.request');
    expect(await pinsOf(bob, room)).to.deep.equal([]);
  });

  it('are exactly five after six concurrent requests', async () => {
    const { alice, bob, room, ids } = await withMessages(6);
    const pinnings = ids.map((id, n) =>
      (n % 2 ? alice : bob).sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] }).then(
        () => 204,
        ({ status }: { status: number }) => status,
      ),
    );
    expect((await Promise.all(pinnings)).sort()).to.deep.equal([204, 204, 204, 204, 204, 400]);
    expect(await pinsOf(alice, room)).to.have.length(5);
  });

  it('are at most five in a direct conversation too, for both users', async () => {
    const { alice, bob } = await fresh();
    const ids: string[] = [];
    for (let n = 0; n < 6; n++)
      ids.push(await postToUser(n % 2 ? alice : bob, n % 2 ? bob : alice, `message ${n}`));
    const pinned = async () =>
      (await bob.sdk.getChatsUser(alice.id)).pinnedMessages.map((pin) => pin.id);
    await alice.sdk.postChatsUserMessagesPins(bob.id, { pinnedMessageIds: ids.slice(0, 3) });
    await bob.sdk.postChatsUserMessagesPins(alice.id, { pinnedMessageIds: ids.slice(2, 5) });
    const { limit } = await refusal(
      alice.sdk.postChatsUserMessagesPins(bob.id, { pinnedMessageIds: [ids[5]] }),
      400,
    );
    expect(limit).to.deep.include({ key: 'pinned.messages.max', value: 5 });
    expect(await pinned()).to.have.members(ids.slice(0, 5));
    await refusal(alice.sdk.deleteChatsUserMessagesPin(bob.id, ids[5]), 404, 'not.found');
    await alice.sdk.deleteChatsUserMessagesPin(bob.id, ids[4]);
    expect(await pinned()).to.have.members(ids.slice(0, 4));
  });

  it('are the same under the old path and the new one', async () => {
    const { alice, bob, room, ids } = await withMessages(6);
    const old = sdkOf(187, bob.native.token);
    await old.postChatsRoomPinnedmessages(room, { pinnedMessageIds: ids.slice(0, 3) });
    await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: ids.slice(3, 5) });
    await refusal(
      old.postChatsRoomPinnedmessages(room, { pinnedMessageIds: [ids[5]] }),
      400,
      'bad.request',
    );
    await alice.sdk.deleteChatsRoomMessagesPin(room, ids[0]);
    await refusal(old.deleteChatsRoomPinnedmessage(room, ids[0]), 404, 'not.found');
    await old.deleteChatsRoomPinnedmessage(room, ids[4]);
    expect(await pinsOf(alice, room)).to.have.members(ids.slice(1, 4));
  });

  it('are replaced by PATCH of the room: at most five, and none after an empty list', async () => {
    const { alice, bob, room, ids } = await withMessages(6);
    const set = (pinnedMessageIds: string[]) => bob.sdk.patchChatsRoom(room, { pinnedMessageIds });
    await set(ids.slice(0, 3));
    expect(await pinsOf(alice, room)).to.have.members(ids.slice(0, 3));
    await set(ids.slice(2, 5));
    expect(await pinsOf(alice, room)).to.have.members(ids.slice(2, 5));
    const { limit } = await refusal(set(ids), 400, 'bad.request');
    expect(limit).to.deep.include({ key: 'pinned.messages.max', value: 5 });
    expect(fieldsOf(await refusal(set([ids[0] ?? '', 'nothing']), 400))).to.deep.equal([
      'pinnedMessageIds',
    ]);
    expect(await pinsOf(alice, room)).to.have.members(ids.slice(2, 5));
    await bob.sdk.patchChatsRoom(room, { description: 'said nothing of pins' });
    expect(await pinsOf(alice, room)).to.have.length(3);
    await set([]);
    expect(await pinsOf(alice, room)).to.deep.equal([]);
    expect(await bob.native.chat.pins({ entity_id: roomIdOf(room) })).to.deep.equal([]);
  });

  it('are listed newest first', async () => {
    const { alice, bob, room, ids } = await withMessages(3);
    for (const id of [ids[1], ids[0], ids[2]])
      await bob.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] });
    expect(await pinsOf(alice, room)).to.deep.equal([ids[2], ids[0], ids[1]]);
  });
});
