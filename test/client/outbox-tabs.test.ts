import { expect } from 'chai';
import type { CallByName } from '../../client/calls/client.ts';
import { type Member, newHub } from '../support/hub.ts';
import {
  callOf,
  eventuallyAll,
  statesOf,
  textsIn,
  textsOf,
  useOutboxes,
} from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

describe('The outbox of several tabs', () => {
  const outboxes = useOutboxes();
  let alice: Member;
  let bob: Member;
  let calls: string[];
  beforeEach(async () => {
    ({ alice, bob } = (await newHub({ alice: 7, bob: 7 })).members);
    calls = [];
  });

  const counting: CallByName = (method, ...rest) => {
    calls.push(method);
    return callOf(alice)(method, ...rest);
  };
  const openTab = (call = counting) => outboxes.open(alice, { call, isExclusive: false });

  it('shows what each of them sends, and is sent by the one that is started', async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    await leader.send({ entityId: bob.id, message: 'one' });
    await eventually(() => textsIn(follower).join() === 'one');
    await follower.send({ entityId: bob.id, message: 'two' });
    await eventually(() => textsIn(leader).join() === 'one,two');
    leader.start();
    await eventuallyAll(follower, 'stored');
    expect(follower.items).to.deep.equal(leader.items);
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'two']);
  });

  it('is shown by each tab until that tab has the event', async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    const [id] = await Promise.all(
      ['one', 'two'].map((message) => leader.send({ entityId: bob.id, message })),
    );
    leader.start();
    await eventually(() => statesOf(follower).join() === 'stored,stored');
    // Its event came before the reply; the other one is known by its seq.
    leader.confirm({ echoId: id, seq: 50 });
    leader.confirm({ seq: 60 });
    expect(leader.items).to.deep.equal([]);
    const left = await openTab();
    expect(textsIn(left)).to.deep.equal([]);
    expect([textsIn(follower), statesOf(follower)]).to.deep.equal([
      ['one', 'two'],
      ['stored', 'stored'],
    ]);
    follower.confirm({ echoId: id, seq: 50 });
    expect(textsIn(follower)).to.deep.equal(['one', 'two']);
    follower.confirm({ seq: 60 });
    expect(textsIn(follower)).to.deep.equal([]);
  });

  it('sends each item once and in order where both are started', async () => {
    const tabs = [await openTab(), await openTab()];
    for (const tab of tabs) tab.start();
    const texts = Array.from({ length: 8 }, (_, n) => `message ${n}`);
    for (const [n, message] of texts.entries())
      await tabs[n % 2]?.send({
        ...{ entityId: bob.id, message },
        files: n % 4 === 0 ? [new File(['x'], 'x.txt')] : [],
      });
    for (const tab of tabs) await eventually(() => statesOf(tab).join('') === 'stored'.repeat(8));
    expect(await textsOf(bob, alice.id)).to.deep.equal(texts);
    expect(calls.filter((method) => method === 'chat.post')).to.have.length(8);
    expect(calls.filter((method) => method === 'chat.upload')).to.have.length(2);
  });

  it('ends an upload that another tab cancels', async () => {
    let uploading: AbortSignal | undefined;
    const leader = await openTab((_method, _params, { signal } = {}) => {
      uploading = signal;
      return new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
    });
    const follower = await openTab();
    leader.start();
    const files = [new File(['x'], 'x.txt')];
    const id = await leader.send({ entityId: bob.id, message: 'cancelled', files });
    await eventually(() => uploading !== undefined && statesOf(follower).join() === 'uploading');
    expect(uploading?.aborted).to.equal(false);
    await follower.discard(id);
    await eventually(() => uploading?.aborted === true && leader.items.length === 0);
  });

  it('takes over what a dead tab has claimed, but not before its claim has ended', async () => {
    let nowMs = 0;
    const now = () => nowMs;
    const dead = await outboxes.open(alice, {
      ...{ now, isExclusive: false },
      call: () => new Promise(() => {}),
    });
    dead.start();
    await dead.send({ entityId: bob.id, message: 'Hello' });
    await eventually(() => statesOf(dead).join() === 'sending');

    const tab = await outboxes.open(alice, { now, isExclusive: false, call: counting });
    tab.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(statesOf(tab)).to.deep.equal(['sending']);
    expect(calls).to.deep.equal([]);
    nowMs = 60_000;
    tab.start();
    await eventuallyAll(tab, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['Hello']);
  });

  it('is taken over at once where only one tab is started at a time', async () => {
    const dead = await openTab(() => new Promise(() => {}));
    dead.start();
    await dead.send({ entityId: bob.id, message: 'Hello' });
    await eventually(() => statesOf(dead).join() === 'sending');
    const tab = await outboxes.open(alice, { isExclusive: true });
    tab.start();
    await eventuallyAll(tab, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['Hello']);
  });
});
