import { expect } from 'chai';
import {
  nobodyId,
  people,
  pinsOf,
  postToRoom,
  postToUser,
  refusal,
  refusals,
  rest,
  roomIdOf,
  sdkRoom,
} from '../../support/genesys.ts';

async function cast() {
  const all = await people({ alice: 31, bob: 7, carol: 7, outsider: 7 });
  return { ...all, room: await sdkRoom(all.alice, all.bob) };
}

describe('Ids of Genesys', () => {
  it('are accepted in upper case and with a resource, as in XMPP', async () => {
    const { alice, bob, room } = await cast();
    const forms = [room, room.toUpperCase(), `${room}/phone`, `${room.toUpperCase()}/a phone/2`];
    for (const jid of forms) {
      expect((await bob.sdk.getChatsRoom(jid)).jid, jid).to.equal(room);
      await postToRoom(bob, jid, jid);
    }
    const { entities } = await alice.sdk.getChatsRoomMessages(room);
    expect(entities.map((message) => message.body)).to.deep.equal(forms);
    for (const jid of [bob.jid, bob.jid.toUpperCase(), `${bob.jid}/phone`])
      expect(await alice.sdk.getChatsRoomParticipant(room, jid)).to.deep.equal({
        participantJid: bob.jid,
      });
  });

  it('are accepted with and without %40 and %2C', async () => {
    const { alice, bob, room } = await cast();
    const [first, second] = [await postToRoom(alice, room), await postToRoom(bob, room)];
    const get = (path: string) => rest('GET', path, { token: bob.native.token });
    for (const jid of [
      room,
      encodeURIComponent(room),
      room.replace('@', '%40').replaceAll('.', '%2E'),
    ])
      for (const comma of [',', '%2C', '%2c']) {
        const reply = await get(`/chats/rooms/${jid}/messages/${second}${comma}${first}`);
        expect(reply.status, jid).to.equal(200);
        expect(reply.body.entities.map((message: { id: string }) => message.id)).to.deep.equal([
          second,
          first,
        ]);
      }
    for (const path of ['%', '%zz', '%00', '%E0%A4%A', '..%2f..', `${room}%00`])
      expect((await get(`/chats/rooms/${path}`)).status, path).to.be.oneOf([400, 404]);
  });

  it('of a participant are their JID or their id in every place', async () => {
    const { alice, bob, carol, room } = await cast();
    expect(await bob.sdk.getChatsRoomParticipant(room, alice.id)).to.deep.equal({
      participantJid: alice.jid,
    });
    await alice.sdk.postChatsRoomParticipant(room, carol.jid);
    await carol.sdk.getChatsRoom(room);
    await alice.sdk.deleteChatsRoomParticipant(room, carol.jid);
    await refusal(alice.sdk.getChatsRoomParticipant(room, carol.jid), 404, 'not.found');
  });

  it('that do not exist are 404 in a path', async () => {
    const { bob, room, hub } = await cast();
    const { sdk } = bob;
    const noRoom = `adhoc-${nobodyId}@conference.${hub.id}.orgspan.com`;
    const bare = `${nobodyId.replaceAll('-', '')}@${hub.id}.orgspan.com`;
    for (const jid of [
      noRoom,
      nobodyId,
      'nothing',
      '@',
      `@conference.${hub.id}.orgspan.com`,
      bob.jid,
      bare,
      'a'.repeat(500),
    ]) {
      await refusal(sdk.getChatsRoom(jid), 404, 'not.found');
      await refusal(sdk.postChatsRoomMessages(jid, { message: 'Hi' }), 404, 'not.found');
    }
    for (const id of [nobodyId, 'nothing', room, '@']) {
      await refusal(sdk.getChatsMessage(id), 404, 'not.found');
      await refusal(sdk.getChatsRoomMessage(room, id), 404, 'not.found');
      await refusal(sdk.getChatsThreadMessages(id), 404, 'not.found');
      await refusal(sdk.getChatsUser(id), 404, 'not.found');
      await refusal(sdk.getChatsUserMessages(id), 404, 'not.found');
      await refusal(sdk.deleteChatsRoomMessagesPin(room, id), 404, 'not.found');
      await refusal(sdk.postChatsRoomParticipant(room, id), 404, 'not.found');
      await refusal(sdk.getChatsRoomParticipant(room, id), 404, 'not.found');
    }
    await refusal(sdk.getChatsRoomMessage(room, 'pins'), 404, 'not.found');
  });

  it('of rooms that the caller is not in do not exist', async () => {
    const { alice, bob, outsider, room } = await cast();
    const id = await postToRoom(alice, room);
    await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] });
    const before = [await bob.sdk.getChatsRoom(room), await bob.sdk.getChatsRoomMessages(room)];
    const { sdk } = outsider;
    const calls = [
      sdk.getChatsRoom(room),
      sdk.patchChatsRoom(room, { subject: 'mine' }),
      sdk.getChatsRoomParticipants(room),
      sdk.getChatsRoomParticipant(room, bob.jid),
      sdk.postChatsRoomParticipant(room, outsider.id),
      sdk.deleteChatsRoomParticipant(room, bob.id),
      sdk.deleteChatsRoomParticipant(room, outsider.id),
      sdk.getChatsRoomMessages(room),
      sdk.postChatsRoomMessages(room, { message: 'mine' }),
      sdk.getChatsRoomMessage(room, id),
      sdk.patchChatsRoomMessage(room, id, { message: 'mine' }),
      sdk.deleteChatsRoomMessage(room, id),
      sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] }),
      sdk.deleteChatsRoomMessagesPin(room, id),
      sdk.getChatsMessage(id),
      sdk.putChatsMessageReactions(id, { reactions: ['👍'] }),
      sdk.getChatsThreadMessages(id),
    ];
    await refusals(calls, 404, 'not.found');
    expect([
      await bob.sdk.getChatsRoom(room),
      await bob.sdk.getChatsRoomMessages(room),
    ]).to.deep.equal(before);
    expect((await bob.native.room.info({ entity_id: roomIdOf(room) })).member_count).to.equal(2);
  });

  it('of another hub do not exist, in paths and in bodies', async () => {
    const { alice, bob, room, hub } = await cast();
    const { zoe, yan } = await people({ zoe: 31, yan: 7 });
    const theirs = await sdkRoom(zoe, yan);
    const foreign = await postToRoom(zoe, theirs);
    const direct = await postToUser(zoe, yan);
    const mine = await postToRoom(alice, room);
    // Rooms of the other hub, and own rooms under the other hub's name.
    const elsewhere = room.replace(hub.id, zoe.native.hubId);
    for (const jid of [
      theirs,
      theirs.replace(zoe.native.hubId, hub.id),
      elsewhere,
      room.replace('.orgspan.com', '.example'),
    ]) {
      await refusal(alice.sdk.getChatsRoom(jid), 404, 'not.found');
      await refusal(alice.sdk.postChatsRoomMessages(jid, { message: 'Hi' }), 404, 'not.found');
      await refusal(alice.sdk.getChatsRoomMessage(jid, mine), 404, 'not.found');
    }
    for (const id of [foreign, direct]) {
      await refusal(alice.sdk.getChatsMessage(id), 404, 'not.found');
      await refusal(alice.sdk.getChatsRoomMessage(room, id), 404, 'not.found');
      await refusal(alice.sdk.deleteChatsRoomMessage(room, id), 404, 'not.found');
      await refusal(alice.sdk.getChatsThreadMessages(id), 404, 'not.found');
      await refusal(
        alice.sdk.putChatsMessageReactions(id, { reactions: ['👍'] }),
        404,
        'not.found',
      );
      await refusal(
        alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] }),
        404,
        'not.found',
      );
      await refusal(alice.sdk.postChatsRoomMessages(room, { message: 'Hi', threadId: id }), 400);
    }
    await refusal(alice.sdk.postChatsRoomParticipant(room, zoe.id), 404, 'not.found');
    await refusal(alice.sdk.postChatsUserMessages(zoe.id, { message: 'Hi' }), 404, 'not.found');
    await refusal(alice.sdk.getChatsUser(zoe.id), 404, 'not.found');
    await refusal(
      alice.sdk.postChatsRoomMessages(room, { message: 'Hi', mentions: [zoe.id] }),
      400,
    );
    await refusal(alice.sdk.patchChatsRoom(room, { ownerIds: [zoe.id] }), 400);
    await refusal(
      alice.sdk.getChatsRoomParticipant(room, bob.jid.replace(hub.id, zoe.native.hubId)),
      404,
    );
    expect(await pinsOf(bob, room)).to.deep.equal([]);
    expect((await bob.sdk.getChatsRoomMessages(room)).entities.map((it) => it.id)).to.deep.equal([
      mine,
    ]);
    expect((await yan.sdk.getChatsRoomMessages(theirs)).entities.map((it) => it.id)).to.deep.equal([
      foreign,
    ]);
  });
});
