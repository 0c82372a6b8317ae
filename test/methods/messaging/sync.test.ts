import { expect } from 'chai';
import { namesOf, position, synced } from '../../support/events.ts';
import { newHub } from '../../support/hub.ts';
import { boxed, countsOf, send, systemSend } from './support.ts';

describe('chat.sync for a message in a box', () => {
  it('returns the current box entry, and only the id of deleted messages', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const changed = await systemSend(hub.operator, 'first words', bob, alice);
    const deleted = await systemSend(hub.operator, 'secret words', bob, alice);
    await bob.messaging.mark_read({ box: 'inbox', message_ids: [changed] });
    await hub.operator.messaging.sys_update({ message_id: changed, text: 'last words' });
    await hub.operator.messaging.sys_update({ message_id: deleted, text: 'more secret words' });
    await bob.messaging.delete({ box: 'inbox', message_ids: [deleted] });
    const events = (await synced(bob)).filter((event) => event.name.startsWith('messaging.'));
    const [item] = await boxed(bob);
    const { owner_id, box, is_read, version, created_ms, updated_ms, ...shared } =
      item ?? ({} as NonNullable<typeof item>);
    expect([owner_id, box, is_read, version]).to.deep.equal([bob.id, 'inbox', 1, 2]);
    expect(updated_ms).to.be.at.least(created_ms);
    const gone = { message_id: deleted, deleted: 1 };
    expect(events.map((event) => [event.name, event.data])).to.deep.equal([
      ['messaging.send', item],
      ['messaging.send', gone],
      ['messaging.mark_read', { box: 'inbox', message_ids: [changed] }],
      ['messaging.sys_update', shared],
      ['messaging.sys_update', gone],
      ['messaging.delete', { box: 'inbox', message_ids: [deleted] }],
    ]);
    expect(JSON.stringify(await synced(bob)))
      .to.not.contain('first')
      .and.to.not.contain('secret');
    expect(JSON.stringify(await synced(alice))).to.contain('more secret words');
    using late = await bob.device(0);
    expect(namesOf(late.received)).to.deep.equal(namesOf(await synced(bob)));
  });

  it('to oneself returns one event per box', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const message_id = await send(alice, 'note', alice);
    await alice.messaging.delete({ box: 'sent', message_ids: [message_id] });
    const published = (await synced(alice))
      .filter((event) => event.name === 'messaging.send')
      .map((event) => event.data);
    expect(published).to.deep.equal([{ message_id, deleted: 1 }, (await boxed(alice))[0]]);
  });
});

describe('Messages sent concurrently by many', () => {
  it('all arrive with consecutive numbers, and the counters are correct', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const people = [hub.members.alice, hub.members.bob, hub.members.carol];
    const [alice, bob, carol] = people as [
      typeof hub.members.alice,
      typeof hub.members.bob,
      typeof hub.members.carol,
    ];
    using device = await alice.device();
    const seq = await position(alice);
    const sends = Array.from(
      { length: 30 },
      (_, n) => () => send(people[n % 3] ?? alice, `${n}`, alice, bob),
    );
    await Promise.all(sends.map((call) => call()));
    expect(await position(alice)).to.equal(seq + 90);
    for (const [member, sent] of [
      [alice, 10],
      [bob, 10],
    ] as const)
      expect(await countsOf(member)).to.deep.equal([30, 30, sent]);
    expect(await countsOf(carol)).to.deep.equal([0, 0, 10]);
    const events = await synced(alice, seq);
    expect(events).to.have.length(40);
    for (const event of events) expect(await device.next('messaging.send')).to.deep.equal(event);
    for (const [index, event] of events.entries())
      if (index > 0) expect(event.prev).to.equal(events[index - 1]?.seq);
    const ids = (await boxed(alice, { box: 'inbox' })).map((item) => item.message_id);
    const marks = ids.flatMap((id) => [[id], [id, ids[0] ?? id]]);
    await Promise.all(
      marks.map((message_ids) => alice.messaging.mark_read({ box: 'inbox', message_ids })),
    );
    expect(await countsOf(alice)).to.deep.equal([30, 0, 10]);
    const marked = (await synced(alice, seq)).filter(
      (event) => event.name === 'messaging.mark_read',
    );
    expect(marked.flatMap((event) => event.data.message_ids).sort()).to.deep.equal(ids.sort());
  });
});
