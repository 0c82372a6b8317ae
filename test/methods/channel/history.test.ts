import { expect } from 'chai';
import { purgeMessages } from '../../../service/jobs/retention.ts';
import { app } from '../../support/app.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import {
  atOnce,
  expectNoDrift,
  expectSyncedAs,
  history,
  newChannel,
  say,
  unreadOf,
} from './support.ts';

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n}`);

describe('The history of a channel', () => {
  it('holds exactly the configured number of newest messages, for all calls', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 3 });
    await alice.channel.connect({ channel_id });
    const source = (await alice.chat.post({ entity_id: bob.id, message: '5' })).message_id;
    const posts = [
      () => say(alice, channel_id, '1'),
      () => say(bob, channel_id, '2'),
      () => alice.chat.post({ entity_id, message: '3' }),
      () => say(hub.operator, channel_id, '4'),
      () => alice.chat.forward({ entities: [entity_id], nodes: { messages: [source] } }),
      () => alice.channel.post({ channel_id, content: { text: '6', n: 1 } }),
    ];
    for (const [index, post] of posts.entries()) {
      await post();
      const newest = numbers(Math.max(1, index - 1), index + 1);
      expect(await history(bob, channel_id)).to.deep.equal(newest);
      expect((await alice.channel.info({ channel_id })).num_msgs).to.equal(newest.length);
      expect(
        (await alice.chat.messages({ entity_id, mark_read: 0 })).map((row) => row.message),
      ).to.deep.equal(newest.toReversed());
    }
    await expectNoDrift(hub, entity_id);
  });

  it('of size one keeps the last message only', async () => {
    const hub = await newHub({ alice: 7 });
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 1 });
    for (const text of numbers(1, 4)) {
      await say(hub.members.alice, channel_id, text);
      expect(await history(hub.operator, channel_id)).to.deep.equal([text]);
    }
    await expectNoDrift(hub, entity_id);
  });

  it('without a limit keeps everything', async () => {
    const hub = await newHub({ alice: 7 });
    const { channel_id } = await newChannel(hub, 'lobby', { history_limit: null });
    for (const text of numbers(1, 12)) await say(hub.members.alice, channel_id, text);
    expect(await history(hub.operator, channel_id)).to.deep.equal(numbers(1, 12));
  });

  it('is exact after posts that arrive together, and drops once for all of them', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 3 });
    await alice.channel.connect({ channel_id });
    const seq = await position(alice);
    // The first one starts, and the others are decided together when it has ended.
    await Promise.all(numbers(1, 8).map((message) => alice.chat.post({ entity_id, message })));
    expect(await history(alice, channel_id)).to.have.length(3);
    const events = (await synced(alice)).filter((event) => event.seq > seq);
    const purges = events.filter(({ name }) => name === 'room.purge');
    expect(purges.at(-1)?.data).to.deep.equal({ room_id: entity_id, ordinal: 5 });
    expect(purges.length).to.be.below(5);
    await expectNoDrift(hub, entity_id);
  });

  it('publishes dropped messages as room.purge, on devices and in chat.sync', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 2 });
    for (const member of [alice, bob]) await member.channel.connect({ channel_id });
    const ids: string[] = [];
    for (const text of ['secret 1', 'secret 2']) ids.push(await say(alice, channel_id, text));
    await bob.chat.react({ message_id: ids[0] ?? '', emoji: '👍' });
    await bob.chat.pin({ message_id: ids[0] ?? '' });
    const seq = await position(alice);
    const devices = [await alice.device(), await bob.device(), await bob.device()];
    const { seq: posted } = await alice.channel.post_simple({ channel_id, text: '3' });
    expect(posted).to.equal(seq + 1);
    for (const device of devices) {
      const post = await device.next('chat.post');
      const purge = await device.next('room.purge');
      expect(purge).to.deep.include({ seq: seq + 2, prev: seq + 1, stream: entity_id, notify: 0 });
      expect(purge.data).to.deep.equal({ room_id: entity_id, ordinal: 1 });
      expect([post.seq, post.prev]).to.deep.equal([seq + 1, seq]);
      expect(namesOf(device.received)).to.deep.equal(['chat.post', 'room.purge']);
      await expectSyncedAs(device, device === devices[0] ? alice : bob, seq);
      device.close();
    }
    const all = await synced(bob);
    expect(JSON.stringify(all)).to.contain('secret 2');
    expect(JSON.stringify(all)).to.not.contain('secret 1');
    expect(all.find((event) => event.name === 'chat.post')?.data).to.deep.equal({
      ...{ message_id: ids[0], room_id: entity_id, deleted: 1 },
    });
    expect(await bob.chat.pins({ entity_id })).to.deep.equal([]);
  });

  it('rejects ids of dropped messages everywhere', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 1 });
    await alice.channel.connect({ channel_id });
    const message_id = await say(alice, channel_id, 'old');
    const reply = await alice.chat.post({ entity_id, message: 'reply', thread_id: message_id });
    expect(reply.thread).to.deep.equal({
      message: 'old',
      ...{ message_id, author_id: alice.id, is_attachment: 0 },
      entity: reply.entity,
    });
    for (const client of [alice, hub.operator]) {
      await refused(client.channel.get_message({ channel_id, message_id }), 'MESSAGE_NOT_FOUND');
      const content = { text: 'changed' };
      await refused(
        client.channel.update_message({ channel_id, message_id, content }),
        'MESSAGE_NOT_FOUND',
      );
      expect((await client.channel.delete_message({ channel_id, message_id })).deleted).to.equal(0);
    }
    await refused(alice.chat.get({ message_ids: [message_id] }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.edit({ message_id, message: 'x' }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.react({ message_id, emoji: '👍' }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.pin({ message_id }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.delete({ messages: [message_id], option: 'all' }), 'INVALID_MESSAGES');
    const nodes = { messages: [message_id] };
    await refused(alice.chat.forward({ entities: [entity_id], nodes }), 'INVALID_MESSAGES');
    const [left] = await alice.channel.recent({ channel_id });
    expect(left?.thread).to.deep.equal({ message: 'DELETED', message_id });
    expect(
      await alice.channel.post_simple({ channel_id, text: 'keyed', echoId: 'key' }),
    ).to.deep.equal(await alice.channel.post_simple({ channel_id, text: 'keyed', echoId: 'key' }));
  });

  it('drops a message that is changed concurrently', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 1 });
    const calls = [
      (message_id: string) =>
        alice.channel.update_message({ channel_id, message_id, content: { text: 'changed' } }),
      (message_id: string) => alice.channel.delete_message({ channel_id, message_id }),
    ];
    for (const [index, call] of calls.entries()) {
      const id = await say(alice, channel_id, 'old');
      const [, late] = await atOnce<unknown>(
        hub,
        () => say(alice, channel_id, 'new'),
        () => call(id),
      );
      if (index === 0) expect(late).to.have.nested.property('reason.code', 'MESSAGE_NOT_FOUND');
      else expect(late).to.deep.include({ value: { message_id: id, deleted: 0 } });
      expect(await history(alice, channel_id)).to.deep.equal(['new']);
      await expectNoDrift(hub, entity_id);
    }
  });

  it('leaves no text of dropped messages or deleted channels in the database', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 2 });
    await alice.channel.connect({ channel_id });
    for (const text of numbers(1, 4)) {
      const { message_id } = await alice.channel.post({
        channel_id,
        content: { text, secret: text },
      });
      await alice.chat.react({ message_id, emoji: '👍' });
    }
    const kept = async () => {
      await purgeMessages(jobsOn(app().pool));
      const [rows] = await app().pool.query(
        `SELECT body, content IS NULL AS bare, sender IS NULL AS unsent,
           (SELECT COUNT(*) FROM reactions r
             WHERE r.hub_id = m.hub_id AND r.message_id = m.id) AS reactions
         FROM messages m WHERE room_id = ? ORDER BY ordinal`,
        [entity_id],
      );
      await expectNoDrift(hub, entity_id);
      return (rows as object[]).map((row) => Object.values(row).join());
    };
    const [gone, three, four] = [',1,1,0', '3,0,0,1', '4,0,0,1'];
    expect(await kept()).to.deep.equal([gone, gone, three, four]);
    await hub.operator.channel.delete({ channel_id });
    expect(await kept()).to.deep.equal([gone, gone, gone, gone]);
  });

  it('counts exactly the existing messages as unread, after any sequence of changes', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 4 });
    for (const member of [alice, bob, carol]) await member.channel.connect({ channel_id });
    const ids: string[] = [];
    for (const text of numbers(1, 4)) ids.push(await say(alice, channel_id, text));
    expect(await unreadOf(bob, entity_id)).to.deep.equal({ room: 4, total: 4 });
    await carol.chat.acknowledge({ message_id: ids[1] ?? '' });
    await alice.channel.delete_message({ channel_id, message_id: ids[2] ?? '' });
    await bob.chat.delete({ messages: [ids[3] ?? ''], option: 'me' });
    const unread = async () => {
      await expectNoDrift(hub, entity_id);
      return [(await unreadOf(bob, entity_id)).room, (await unreadOf(carol, entity_id)).room];
    };
    expect(await unread()).to.deep.equal([2, 1]);
    await say(alice, channel_id, '5');
    expect(await unread()).to.deep.equal([2, 2]);
    const own = await say(carol, channel_id, '6');
    expect(await unread()).to.deep.equal([2, 0]);
    await carol.chat.mark_unread({ message_id: own });
    expect(await unread()).to.deep.equal([2, 0]);
    for (const text of ['7', '8', '9']) await say(alice, channel_id, text);
    expect(await history(bob, channel_id)).to.deep.equal(['6', '7', '8', '9']);
    expect((await unread())[0]).to.equal(4);
    for (const text of ['10', '11', '12', '13']) await say(alice, channel_id, text);
    expect(await unread()).to.deep.equal([4, 4]);
    expect((await bob.chat.count_all()).total_cnt).to.equal(4);
    await bob.chat.messages({ entity_id });
    expect(await unread()).to.deep.equal([0, 4]);
  });

  it('is exact for concurrent channel.post and chat.post', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 5 });
    for (const member of [alice, bob, carol]) await member.channel.connect({ channel_id });
    using device = await carol.device();
    const seq = await position(carol);
    const posts = Array.from({ length: 60 }, (_, n) => () => {
      if (n % 4 === 0) return say(alice, channel_id, `${n}`);
      if (n % 4 === 1) return say(hub.operator, channel_id, `${n}`);
      return (n % 4 === 2 ? bob : alice).chat.post({ entity_id, message: `${n}` });
    });
    await Promise.all(posts.map((post) => post()));
    const events = await synced(carol, seq);
    expect(events.map((event) => event.seq)).to.deep.equal(events.map((_, n) => seq + 1 + n));
    const postEvents = events.filter((event) => event.name === 'chat.post');
    expect(postEvents).to.have.length(60);
    const newest = postEvents.slice(-5).map((event) => (event.data as { message: string }).message);
    expect(await history(alice, channel_id)).to.deep.equal(newest);
    expect(await unreadOf(carol, entity_id)).to.deep.equal({ room: 5, total: 5 });
    const purges = events
      .filter((event) => event.name === 'room.purge')
      .map((event) => event.data.ordinal);
    expect(purges).to.deep.equal(purges.toSorted((a, b) => Number(a) - Number(b)));
    expect([purges.at(-1), (await alice.channel.info({ channel_id })).num_msgs]).to.deep.equal([
      55, 5,
    ]);
    expect(events.at(-1)?.name).to.equal('room.purge');
    await expectNoDrift(hub, entity_id);
    for (const event of events) expect((await device.next(event.name)).seq).to.equal(event.seq);
  });
});
