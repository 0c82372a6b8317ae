import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { operatorToken, ownApp } from '../../support/app.ts';
import { cookieOf, platform } from '../../support/caller.ts';
import { type Sender, upload } from '../../support/files.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { ask, nobody, posted, read, unknown } from './support.ts';

describe('A file may be read', () => {
  it('by participants of the conversation, viewers too, and by no other member', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, viewer: 3, carol: 7, owner: 63 });
    const { alice, bob, viewer, carol, owner } = members;
    const room = await newRoom(alice, bob, viewer);
    const inRoom = await posted(alice, room, 'for the room');
    for (const member of [alice, bob, viewer])
      expect(await read(member, inRoom.nid)).to.equal('for the room');
    for (const member of [carol, owner]) expect(await read(member, inRoom.nid)).to.equal(unknown);
    const direct = await posted(bob, carol.id, 'for Carol');
    for (const member of [bob, carol]) expect(await read(member, direct.nid)).to.equal('for Carol');
    for (const member of [alice, viewer, owner])
      expect(await read(member, direct.nid)).to.equal(unknown);
  });

  it('in its own hub only, whichever hub a stranger names', async () => {
    const [one, other] = [await newHub({ alice: 7, bob: 7 }), await newHub({ stranger: 63 })];
    const { alice, bob } = one.members;
    const { stranger } = other.members;
    const { nid } = await posted(alice, bob.id);
    for (const hubId of [one.id, other.id, 'nowhere'])
      expect(await read({ ...stranger, token: stranger.token, hubId }, nid)).to.equal(unknown);
    await other.operator.hub.add_member({ user_id: bob.id });
    expect(await read({ token: bob.token, hubId: other.id }, nid)).to.equal(unknown);
    expect(await read({ token: bob.token, hubId: one.id }, nid)).to.equal('a note');
    const { token } = await platform().session.issue({ user_id: bob.id, hub_id: other.id });
    expect(await read({ token, hubId: one.id }, nid)).to.equal(unknown);
  });

  it('not without a token, or after the session has ended', async () => {
    let now = Date.now();
    await using own = await ownApp({}, () => now);
    const { members, id } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const { nid } = await upload(alice);
    await alice.chat.post({ entity_id: bob.id, message: '', attachment: [nid] });
    const { token } = await platform(own.url).session.issue({ user_id: bob.id, ttl: 60 });
    const readBy = (asker: Sender, headers = {}) =>
      read({ hubId: id, ...asker }, nid, headers, own.url);
    expect(await readBy({ token })).to.equal('a note');
    now += 61_000;
    expect(await readBy({ token })).to.equal(nobody);
    expect(await readBy(bob)).to.equal('a note');
    await bob.session.logout();
    expect(await readBy(bob)).to.equal(nobody);
    for (const asker of [{}, { token: 'hcs_made-up' }, { token: 'hck_made-up' }, { token: 'x' }])
      expect(await readBy(asker)).to.equal(nobody);
    expect(await readBy({}, { authorization: 'Basic YTpi' })).to.equal(nobody);
    expect((await request(`/-/file/${nid}/thumb`, { verb: 'GET' }, own.url)).status).to.equal(401);
    expect((await request(`/-/file/${nid}`, { verb: 'HEAD' }, own.url)).status).to.equal(401);
  });

  it('not by a member removed from the room, with whatever headers', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const { nid } = await posted(alice, room);
    const { etag = '' } = (await ask(bob, nid)).headers;
    const known = { 'if-none-match': etag };
    expect((await ask(bob, nid, known)).status).to.equal(304);
    using device = await bob.device();
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    const old: Record<string, string>[] = [
      {},
      known,
      { 'if-none-match': '*' },
      { range: 'bytes=0-1', 'if-range': etag },
    ];
    for (const headers of old) expect(await read(bob, nid, headers)).to.equal(unknown);
    await device.next('room.remove');
    expect(await read(bob, nid)).to.equal(unknown);
    expect((await ask(carol, nid, known)).status).to.equal(304);
    await carol.room.remove({ entity_id: room, user_id: carol.id });
    expect(await read(carol, nid, known)).to.equal(unknown);
    expect(await read(alice, nid)).to.equal('a note');
  });

  it('not by a member removed from the hub, not even their own files', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const nids = [
      (await posted(alice, room)).nid,
      (await posted(bob, alice.id)).nid,
      (await posted(alice, bob.id)).nid,
      (await upload(bob)).nid,
    ];
    for (const nid of nids) expect(await read(bob, nid)).to.equal('a note');
    await operator.hub.remove_member({ user_id: bob.id });
    for (const nid of nids) expect(await read(bob, nid)).to.equal(unknown);
    expect(await read({ token: bob.token }, nids[1] ?? '')).to.equal(unknown);
    for (const nid of nids.slice(0, 3)) expect(await read(alice, nid)).to.equal('a note');
  });

  it('by nobody once its message is deleted for all', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [gone, stays] = [await posted(alice, bob.id), await posted(alice, bob.id)];
    const { etag = '' } = (await ask(bob, gone.nid)).headers;
    await alice.chat.delete({ messages: [gone.id], option: 'all' });
    for (const member of [alice, bob]) {
      expect(await read(member, gone.nid)).to.equal(unknown);
      expect(await read(member, gone.nid, { 'if-none-match': etag })).to.equal(unknown);
      expect(await read(member, stays.nid)).to.equal('a note');
    }
  });

  it('not by a member who has hidden its message, but by the others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { nid, id } = await posted(alice, bob.id);
    await alice.chat.delete({ messages: [id], option: 'me' });
    expect(await read(alice, nid)).to.equal(unknown);
    expect(await read(bob, nid)).to.equal('a note');
  });

  it('through any message that refers to it, by those who see that message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7 });
    const { alice, bob, carol, dave } = members;
    const original = await posted(bob, alice.id);
    expect(await read(carol, original.nid)).to.equal(unknown);
    const [copy] = await alice.chat.forward({
      entities: [carol.id],
      nodes: { messages: [original.id] },
    });
    const nid = (await carol.chat.attachment({ message_id: copy?.message_id ?? '' }))[0]?.nid ?? '';
    expect(await read(carol, nid)).to.equal('a note');
    await alice.chat.delete({ messages: [original.id], option: 'me' });
    expect(await read(alice, nid), 'alice sees the copy').to.equal('a note');
    await bob.chat.delete({ messages: [original.id], option: 'all' });
    for (const member of [alice, carol]) expect(await read(member, nid)).to.equal('a note');
    for (const what of [nid, original.nid]) {
      expect(await read(bob, what), 'bob saw the original only').to.equal(unknown);
      expect(await read(dave, what)).to.equal(unknown);
    }
    await alice.chat.delete({ messages: [copy?.message_id ?? ''], option: 'all' });
    for (const member of [alice, carol]) expect(await read(member, nid)).to.equal(unknown);
  });

  it('by its uploader alone until it is sent, and by nobody once removed', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, owner: 63 });
    const { alice, bob, owner } = members;
    await newRoom(alice, bob, owner);
    const [{ nid }, { nid: other }] = [await upload(alice), await upload(alice)];
    expect(await read(alice, nid)).to.equal('a note');
    for (const member of [bob, owner]) expect(await read(member, nid)).to.equal(unknown);
    await alice.chat.post({ entity_id: bob.id, message: '', attachment: [nid] });
    expect(await read(bob, nid)).to.equal('a note');
    await alice.chat.upload_remove({ nid: other });
    expect(await read(alice, other)).to.equal(unknown);
  });

  it('across a block, if it was sent before', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { nid } = await posted(alice, bob.id);
    await bob.contact.block({ entity_id: alice.id });
    for (const member of [alice, bob]) expect(await read(member, nid)).to.equal('a note');
    expect(await read(carol, nid)).to.equal(unknown);
  });
});

describe('A token reads a file', () => {
  it('when one of its grants allows viewing', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { nid } = await posted(alice, bob.id);
    const readWith = async (...grants: Grant[]) => {
      const { token } = await platform().session.issue({ user_id: bob.id, grants });
      return read({ token, hubId: id }, nid);
    };
    for (const grant of [
      'chat:chat:access',
      'chat:room:view',
      'chat:1on1:view',
      'chat:1on1Message:view',
    ] as const)
      expect(await readWith('user:chats:view', grant), grant).to.equal('a note');
    expect(await readWith()).to.equal(unknown);
    expect(await readWith('user:chats:view', 'chat:roomMessage:add', 'chat:setting:view')).to.equal(
      unknown,
    );
  });

  it('when an API key with the read bit acts as a member who may read it', async () => {
    const { members, operator, id } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { nid } = await posted(alice, bob.id);
    const readWith = async (permission: number, userId?: string) => {
      const user = userId === undefined ? {} : { user_id: userId };
      const { key } = await operator.key.create({ name: 'Key', permission, ...user });
      return Promise.all([read({ token: key }, nid), read({ token: key, hubId: id }, nid)]);
    };
    expect(await readWith(3, bob.id)).to.deep.equal(['a note', 'a note']);
    expect(await readWith(63, carol.id)).to.deep.equal([unknown, unknown]);
    expect(await readWith(4 + 1, bob.id), 'without the bit to read').to.deep.equal([
      unknown,
      unknown,
    ]);
    expect(await readWith(63), 'without a member').to.deep.equal([unknown, unknown]);
  });

  it('not when it is the operator’s, who is not a member', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { nid } = await posted(members.alice, members.bob.id);
    for (const asker of [{ token: operatorToken }, { token: operatorToken, hubId: id }])
      expect(await read(asker, nid)).to.equal(unknown);
    const { token } = await platform().session.issue({ user_id: members.bob.id });
    expect(await read({ token, hubId: id }, nid)).to.equal('a note');
  });

  it('as a cookie too, unless an Authorization header is sent as well', async () => {
    const { members, id, host } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const { nid } = await posted(alice, bob.id);
    const [bobs, carols] = [await cookieOf(bob), await cookieOf(carol)];
    expect(await read({}, nid, { ...bobs, host })).to.equal('a note');
    expect(await read({ hubId: id }, nid, bobs)).to.equal('a note');
    expect(await read({ hubId: id }, nid, carols)).to.equal(unknown);
    expect(await read({ hubId: id }, nid, { cookie: 'regsid=hcs_made-up' })).to.equal(nobody);
    expect(await read({ hubId: id }, nid, { cookie: `regsid=${operatorToken}` })).to.equal(nobody);
    expect(await read({ hubId: id }, nid, { ...bobs, authorization: 'Basic YTpi' })).to.equal(
      nobody,
    );
    expect(await read(carol, nid, bobs)).to.equal(unknown);
    expect(await read(bob, nid, carols)).to.equal('a note');
  });

  it('in the hub named by the query, the header or the host, else in its only one', async () => {
    const [one, other] = [await newHub({ alice: 7, bob: 7 }), await newHub({})];
    const { alice, bob } = one.members;
    const { nid } = await posted(alice, bob.id);
    const { token } = bob;
    expect(await read({ token }, nid), 'the only hub').to.equal('a note');
    await other.operator.hub.add_member({ user_id: bob.id });
    expect(await read({ token }, nid), 'one of two hubs').to.equal(unknown);
    expect(await read({ token }, `${nid}?hub_id=${one.id}`)).to.equal('a note');
    expect(await read({ token }, `${nid}?hub_id=${other.id}`)).to.equal(unknown);
    expect(await read({ token, hubId: one.id }, nid, { host: other.host })).to.equal('a note');
    expect(await read({ token }, nid, { host: one.host })).to.equal('a note');
    expect(await read({ token }, nid, { host: other.host })).to.equal(unknown);
    expect(
      await read({ token, hubId: other.id }, `${nid}?hub_id=${one.id}`),
      'two different hubs',
    ).to.match(/^4/);
  });
});
