import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { clientOf, narrowed, refusedInputs } from '../../support/caller.ts';
import { fetchFile, freeNow, upload, uploadAll, uploadIds } from '../../support/files.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { unknownIds } from './support.ts';

const nids = (files: readonly { nid: string }[]) => files.map((file) => file.nid);

describe('chat.attachment', () => {
  it('lists the files of a message in the order they were posted, five a page', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const sent = (await uploadIds(alice, 12)).reverse();
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment: sent });
    const page = (n: number) => bob.chat.attachment({ message_id: id, page: n });
    expect(nids(await bob.chat.attachment({ message_id: id }))).to.deep.equal(sent.slice(0, 5));
    expect(nids(await page(1))).to.deep.equal(sent.slice(0, 5));
    expect(nids(await page(2))).to.deep.equal(sent.slice(5, 10));
    expect(nids(await page(3))).to.deep.equal(sent.slice(10));
    for (const beyond of [4, 1_000_000]) expect(await page(beyond)).to.deep.equal([]);
    expect((await page(2)).map((file) => file.page)).to.deep.equal([2, 2, 2, 2, 2]);
  });

  it('returns an empty list after a full last page, and for a message without files', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const five = await alice.chat.post({
      entity_id: bob.id,
      attachment: await uploadIds(alice, 5),
    });
    expect(await bob.chat.attachment({ message_id: five.message_id })).to.have.length(5);
    expect(await bob.chat.attachment({ message_id: five.message_id, page: 2 })).to.deep.equal([]);
    const plain = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(await bob.chat.attachment({ message_id: plain.message_id })).to.deep.equal([]);
  });

  it('returns the fields of the upload, with privilege 15 for the author, else 3', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const png = await upload(alice, 'a.PNG', Buffer.from('89504e470d0a1a0a', 'hex'));
    const files = [...(await uploadAll(alice, ['naïve.txt', 'x'], ['empty', ''])), png];
    const post = await alice.chat.post({ entity_id: bob.id, attachment: nids(files) });
    for (const [member, privilege] of [
      [alice, 15],
      [bob, 3],
    ] as const) {
      const links = await member.chat.file_urls({ nids: nids(files) });
      expect(await member.chat.attachment({ message_id: post.message_id })).to.deep.equal(
        files.map((file, index) => ({ ...file, ...links[index], hub_id: id, privilege, page: 1 })),
      );
    }
  });

  it('adds the original system’s field names over HTTP, by GET too', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const attachment = await uploadIds(alice, 6);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment });
    const query = `?message_id=${id}&page=2`;
    const { body } = await raw('chat.attachment', {
      token: bob.token,
      hubId: bob.hubId,
      verb: 'GET',
      query,
    });
    expect(body.data).to.have.length(1);
    expect(body.data[0]).to.include({
      nid: attachment[5],
      file_name: '5.txt',
      filename: '5.txt',
      page: 2,
    });
    expect(body.data[0]).to.include({
      extension: 'txt',
      ext: 'txt',
      category: 'document',
      filetype: 'document',
    });
    for (const page of ['2', 2])
      expect(
        (
          await raw('chat.attachment', {
            token: bob.token,
            hubId: bob.hubId,
            body: { message_id: id, page },
          })
        ).body.data,
      ).to.deep.equal(body.data);
  });

  it('lists the same files for a forwarded copy, with the forwarder as their author', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const attachment = await uploadIds(alice, 3);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment });
    const [copy] = await bob.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    const listed = (member: typeof bob) =>
      member.chat.attachment({ message_id: copy?.message_id ?? '' });
    expect(nids(await listed(carol))).to.deep.equal(attachment);
    expect((await listed(bob)).map((file) => file.privilege)).to.deep.equal([15, 15, 15]);
    expect((await listed(carol)).map((file) => file.privilege)).to.deep.equal([3, 3, 3]);
    await refused(listed(alice), 'MESSAGE_NOT_FOUND');
    await refused(carol.chat.attachment({ message_id: id }), 'MESSAGE_NOT_FOUND');
  });

  it('fails with MESSAGE_NOT_FOUND when the caller cannot see the message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, mod: 63 });
    const { alice, bob, mod } = members;
    const elsewhere = await newHub({ eve: 7, fred: 7 });
    const { eve, fred } = elsewhere.members;
    const post = async () =>
      (await alice.chat.post({ entity_id: bob.id, attachment: await uploadIds(alice, 1) }))
        .message_id;
    const [kept, hidden, deleted] = [await post(), await post(), await post()];
    const theirs = await eve.chat.post({ entity_id: fred.id, attachment: await uploadIds(eve, 1) });
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    for (const id of [hidden, deleted, theirs.message_id, ...unknownIds])
      await refused(bob.chat.attachment({ message_id: id }), 'MESSAGE_NOT_FOUND');
    for (const id of [deleted, theirs.message_id])
      await refused(alice.chat.attachment({ message_id: id }), 'MESSAGE_NOT_FOUND');
    await refused(mod.chat.attachment({ message_id: kept }), 'MESSAGE_NOT_FOUND');
    await refused(eve.chat.attachment({ message_id: kept }), 'MESSAGE_NOT_FOUND');
    expect(await bob.chat.attachment({ message_id: kept })).to.have.length(1);
    expect(await alice.chat.attachment({ message_id: hidden })).to.have.length(1);
    expect(await fred.chat.attachment({ message_id: theirs.message_id })).to.have.length(1);
  });

  it('fails with MESSAGE_NOT_FOUND for a caller who has left the room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { message_id: id } = await alice.chat.post({
      entity_id: room,
      attachment: await uploadIds(alice, 1),
    });
    expect(await bob.chat.attachment({ message_id: id })).to.have.length(1);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await refused(bob.chat.attachment({ message_id: id }), 'MESSAGE_NOT_FOUND');
    expect(await alice.chat.attachment({ message_id: id })).to.have.length(1);
  });

  it('requires only the right to read', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const [nid = ''] = await uploadIds(alice, 1);
    const { message_id: id } = await alice.chat.post({ entity_id: viewer.id, attachment: [nid] });
    expect(nids(await viewer.chat.attachment({ message_id: id }))).to.deep.equal([nid]);
    expect((await fetchFile(viewer, nid)).text).to.equal('file 0');
    const narrow = async (grant: Grant) =>
      (await narrowed(viewer, grant)).chat.attachment({ message_id: id });
    expect(nids(await narrow('chat:1on1:view'))).to.deep.equal([nid]);
    await refused(narrow('user:chats:view'), 'PERMISSION_DENIED');
    await refused(
      clientOf('wrong', hubId).chat.attachment({ message_id: id }),
      'NOT_AUTHENTICATED',
    );
  });

  it('is unchanged when the bytes of other files are removed', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [kept = '', gone = ''] = await uploadIds(alice, 2);
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, attachment: [kept] });
    await alice.chat.upload_remove({ nid: gone });
    await freeNow();
    expect(nids(await bob.chat.attachment({ message_id: id }))).to.deep.equal([kept]);
    expect((await fetchFile(bob, kept)).text).to.equal('file 0');
  });

  it('fails with INVALID_INPUT for a bad message_id or page', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { message_id: id } = await members.alice.chat.post({
      entity_id: members.bob.id,
      message: 'Hi',
    });
    await refusedInputs(members.alice, 'chat.attachment', [
      ['message_id', {}],
      ['message_id', { message_id: 7 }],
      ['message_id', { message_id: [id] }],
      ...[0, -1, 1.5, 1_000_001, 'one', [1]].map(
        (page) => ['page', { message_id: id, page }] as const,
      ),
    ]);
  });
});
