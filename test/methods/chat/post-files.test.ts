import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { fetchFile, freeNow, storedOf, uploadIds } from '../../support/files.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { filesOf, outcomesOf } from './support.ts';

const texts = async (member: Member, entity: string) =>
  (await member.chat.messages({ entity_id: entity })).map((row) => row.message);

describe('chat.post with files', () => {
  it('shows them in the reply, the event, the history and the lists', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    using device = await bob.device();
    const attachment = (await uploadIds(alice, 3)).reverse();
    const reply = await alice.chat.post({ entity_id: bob.id, attachment, message: 'see' });
    const expected = { is_attachment: 1, attachment_count: 3, message: 'see' } as const;
    expect(reply).to.include(expected);
    expect((await device.next('chat.post')).data).to.include(expected);
    for (const [member, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      expect((await member.chat.messages({ entity_id: other.id }))[0]).to.include(expected);
      expect((await member.chat.contact_rooms())[0]).to.include({
        is_attachment: 1,
        last_message: 'see',
      });
      expect(await filesOf(member, reply.message_id)).to.deep.equal(attachment);
      expect((await fetchFile(member, attachment[0] ?? '')).text).to.equal('file 2');
    }
    const answer = await bob.chat.post({
      entity_id: alice.id,
      message: 'nice',
      thread_id: reply.message_id,
    });
    expect(answer.thread).to.include({ is_attachment: 1 });
    expect((await alice.chat.contact_rooms())[0]).to.include({
      is_attachment: 0,
      last_message: 'nice',
    });
    const { events } = await bob.chat.sync({ since: reply.seq - 1 });
    expect(events[0]?.data).to.include(expected);
  });

  it('allows empty text; without text and files it fails with INVALID_INPUT', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const attachment = await uploadIds(alice, 1);
    await refused(
      alice.chat.post({ entity_id: room, message: ' ', attachment: [] }),
      'INVALID_INPUT',
    );
    expect(await alice.chat.post({ entity_id: room, attachment })).to.include({
      message: '',
      attachment_count: 1,
    });
    expect((await bob.chat.share_rooms())[0]).to.include({
      is_attachment: 1,
      last_message: '',
      unread_count: 1,
    });
  });

  it('attaches a file once when its id is repeated', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [a = '', b = ''] = await uploadIds(alice, 2);
    const reply = await alice.chat.post({ entity_id: bob.id, attachment: [b, a, b, a] });
    expect(reply.attachment_count).to.equal(2);
    expect(await filesOf(bob, reply.message_id)).to.deep.equal([b, a]);
  });

  it('fails with INVALID_ATTACHMENT unless all files are staged by the caller', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const elsewhere = await newHub({ eve: 7 });
    const [good = '', used = '', removed = ''] = await uploadIds(alice, 3);
    const [bobs = ''] = await uploadIds(bob, 1);
    const [theirs = ''] = await uploadIds(elsewhere.members.eve, 1);
    const sent = await alice.chat.post({ entity_id: bob.id, message: 'used', attachment: [used] });
    await alice.chat.upload_remove({ nid: removed });
    const bads = [bobs, used, removed, theirs, sent.message_id, 'nothing', '', '\u0000', '😀', ' '];
    for (const bad of bads) {
      await refused(
        alice.chat.post({ entity_id: bob.id, attachment: [good, bad] }),
        'INVALID_ATTACHMENT',
      );
      await refused(
        alice.chat.post({ entity_id: bob.id, message: 'Hi', attachment: [bad] }),
        'INVALID_ATTACHMENT',
      );
    }
    expect(await texts(bob, alice.id)).to.deep.equal(['used']);
    await bob.chat.post({ entity_id: alice.id, attachment: [bobs] });
    expect(
      (await alice.chat.post({ entity_id: bob.id, attachment: [good] })).attachment_count,
    ).to.equal(1);
  });

  it('fails with INVALID_ATTACHMENT for 21 files, INVALID_INPUT without a list', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ids = [...(await uploadIds(alice, 20)), ...(await uploadIds(alice, 1))];
    const post = (attachment: string[]) => alice.chat.post({ entity_id: bob.id, attachment });
    expect((await refused(post(ids), 'INVALID_ATTACHMENT')).details[0]).to.match(/^attachment: /);
    await refused(post(Array.from({ length: 101 }, () => ids[0] ?? '')), 'INVALID_ATTACHMENT');
    for (const attachment of [ids[0], [7], [[ids[0]]], { 0: ids[0] }]) {
      const body = { entity_id: bob.id, message: 'Hi', attachment };
      const { body: answer } = await raw('chat.post', {
        token: alice.token,
        hubId: alice.hubId,
        body,
      });
      expect([answer.error, answer.details[0].split(/[.:]/)[0]]).to.deep.equal([
        'INVALID_INPUT',
        'attachment',
      ]);
    }
    expect(await alice.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
    expect((await post(ids.slice(0, 20))).attachment_count).to.equal(20);
  });

  it('leaves the files staged when it fails for another reason', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const attachment = await uploadIds(alice, 1);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(alice.chat.post({ entity_id: room, attachment }), 'ROOM_ARCHIVED');
    await refused(alice.chat.post({ entity_id: 'nobody', attachment }), 'INVALID_CONTACT');
    await refused(
      alice.chat.post({ entity_id: bob.id, attachment, thread_id: 'none' }),
      'INVALID_THREAD',
    );
    expect((await alice.chat.post({ entity_id: bob.id, attachment })).attachment_count).to.equal(1);
  });

  it('returns the message for a repeated echoId although its files are attached', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [a = '', b = ''] = await uploadIds(alice, 2);
    const post = (attachment: string[]) =>
      alice.chat.post({ entity_id: bob.id, attachment, echoId: 'a-key' });
    const replies = [await post([a]), await post([a])];
    expect(new Set(replies.map((reply) => reply.message_id)).size).to.equal(1);
    expect(replies.map((reply) => reply.attachment_count)).to.deep.equal([1, 1]);
    await refused(post([a, b]), 'ECHO_ID_CONFLICT');
    await refused(post([b]), 'ECHO_ID_CONFLICT');
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(1);
  });

  describe('concurrently', () => {
    it('returns one message to all repetitions of a call', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      for (let round = 0; round < 5; round++) {
        const call = {
          entity_id: bob.id,
          attachment: await uploadIds(alice, 1),
          echoId: `key ${round}`,
        };
        const replies = await Promise.all(Array.from({ length: 8 }, () => alice.chat.post(call)));
        expect(new Set(replies.map((reply) => reply.message_id)).size).to.equal(1);
      }
      expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(5);
    });

    it('lets one of two posts with the same file succeed, and posts without it', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      await using second = await ownApp();
      const elsewhere = clientOf(alice.token, alice.hubId, second.url);
      for (let round = 0; round < 6; round++) {
        const attachment = await uploadIds(alice, 1);
        const other = round % 2 === 0 ? alice : elsewhere;
        const races = [
          alice.chat.post({ entity_id: bob.id, attachment }),
          other.chat.post({ entity_id: round % 3 === 0 ? bob.id : carol.id, attachment }),
        ];
        const beside = bob.chat.post({ entity_id: carol.id, message: `beside ${round}` });
        expect(await outcomesOf(races)).to.deep.equal(['INVALID_ATTACHMENT', 'done']);
        expect((await beside).message).to.equal(`beside ${round}`);
      }
      const sent = [...(await texts(bob, alice.id)), ...(await texts(carol, alice.id))];
      expect(sent).to.have.length(6);
    });

    it('succeeds, or the removal of its file does, but not both', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const kept: string[] = [];
      for (let round = 0; round < 8; round++) {
        const [nid = ''] = await uploadIds(alice, 1);
        const posting = alice.chat.post({ entity_id: bob.id, attachment: [nid] });
        const removal = alice.chat.upload_remove({ nid });
        expect(await outcomesOf([posting, removal])).to.deep.equal(['INVALID_ATTACHMENT', 'done']);
        await posting.then(
          () => kept.push(nid),
          () => {},
        );
      }
      await freeNow();
      expect(await storedOf(alice.hubId)).to.deep.equal(kept.sort());
      for (const nid of kept) expect((await fetchFile(bob, nid)).status).to.equal(200);
    });
  });
});
