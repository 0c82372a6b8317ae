import { expect } from 'chai';
import type { CallByName } from '../../client/calls/client.ts';
import { createCall } from '../../client/calls/client.ts';
import { createTokens } from '../../client/calls/token.ts';
import { app } from '../support/app.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import {
  callOf,
  eventuallyAll,
  statesOf,
  textsIn,
  textsOf,
  useOutboxes,
} from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

const newPair = async (): Promise<{ alice: Member; bob: Member }> =>
  (await newHub({ alice: 7, bob: 7 })).members;

describe('The outbox', () => {
  const outboxes = useOutboxes();

  it('writes an item, shows it, sends it once started, and keeps it until it is seen', async () => {
    const { alice, bob } = await newPair();
    const outbox = await outboxes.open(alice);
    const id = await outbox.send({ entityId: bob.id, message: 'Hello' });
    const [written] = await (await outboxes.storageOf(alice)).list();
    expect(written).to.include({ id, message: 'Hello', state: 'queued' });
    expect(outbox.items[0]).to.include({ id, entityId: bob.id, message: 'Hello', state: 'queued' });
    expect(await textsOf(bob, alice.id)).to.deep.equal([]);

    outbox.start();
    await eventuallyAll(outbox, 'stored');
    const [stored] = outbox.items;
    const [message] = await bob.chat.messages({ entity_id: alice.id });
    expect(stored?.messageId).to.equal(message?.message_id);
    const seq = stored?.seq ?? 0;
    outbox.confirm({ seq: seq - 1 });
    expect(outbox.items).to.deep.equal([stored]);
    outbox.confirm({ seq });
    expect(outbox.items).to.deep.equal([]);
    await eventually(async () => (await (await outboxes.storageOf(alice)).list()).length === 0);
  });

  it('lets an item go whose event was seen before the reply, and one by its echoId', async () => {
    const { alice, bob } = await newPair();
    let answer = (): void => {};
    const call: CallByName = async (...args) => {
      const reply = await callOf(alice)(...args);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return reply;
    };
    const outbox = await outboxes.open(alice, { call });
    outbox.start();
    const id = await outbox.send({ entityId: bob.id, message: 'first' });
    const posted = async () => (await textsOf(bob, alice.id)).length;
    await eventually(async () => (await posted()) === 1);
    outbox.confirm({ seq: 1_000_000 });
    expect(statesOf(outbox)).to.deep.equal(['sending']);
    answer();
    await eventually(() => outbox.items.length === 0);

    const next = await outbox.send({ entityId: bob.id, message: 'second' });
    await eventually(async () => (await posted()) === 2);
    outbox.confirm({ echoId: id, seq: 0 });
    expect(textsIn(outbox)).to.deep.equal(['second']);
    outbox.confirm({ echoId: next, seq: 0 });
    expect(outbox.items).to.deep.equal([]);
  });

  it('returns the same array until something changes, and informs its subscribers', async () => {
    const { alice, bob } = await newPair();
    const outbox = await outboxes.open(alice);
    let changes = 0;
    const end = outbox.subscribe(() => {
      changes += 1;
    });
    const before = outbox.items;
    expect(outbox.items).to.equal(before);
    await outbox.send({ entityId: bob.id, message: 'Hello' });
    expect(changes).to.equal(1);
    expect(outbox.items).not.to.equal(before);
    const [first] = outbox.items;
    await outbox.send({ entityId: bob.id, message: 'again' });
    expect(outbox.items[0]).to.equal(first);
    end();
    await outbox.discard(first?.id ?? '');
    expect(changes).to.equal(2);
  });

  it('keeps the order of a conversation, and sends all once, through lost replies', async () => {
    const { alice, bob } = await newPair();
    const room = await newRoom(alice, bob);
    await using network = await openNetwork(app().url);
    const outbox = await outboxes.open(alice, { url: network.url });
    outbox.start();
    const texts = Array.from({ length: 12 }, (_, n) => `message ${n}`);
    for (const [n, message] of texts.entries()) {
      if (n % 4 === 1) network.cut();
      if (n % 4 === 2) network.loseReplies(1);
      await Promise.all([bob.id, room].map((entityId) => outbox.send({ entityId, message })));
      if (n % 4 === 3) network.mend();
      outbox.start();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    network.mend();
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(texts);
    expect(await textsOf(bob, room)).to.deep.equal(texts);
  });

  it('stops an item that is refused and says why, and goes on with the next', async () => {
    const { alice, bob } = await newPair();
    const room = await newRoom(alice, bob);
    const outbox = await outboxes.open(alice);
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'one' });
    const refused = await outbox.send({ entityId: bob.id, message: 'two', threadId: room });
    await outbox.send({ entityId: bob.id, message: 'three' });
    await eventually(() => statesOf(outbox).join() === 'stored,failed,stored');
    expect(outbox.items[1]?.failure?.code).to.equal('INVALID_THREAD');
    expect(outbox.items[1]?.failure?.details[0]).to.match(/^thread_id: /);
    expect(await textsOf(bob, alice.id)).to.deep.equal(['one', 'three']);

    await outbox.retry(refused);
    await eventually(() => statesOf(outbox)[1] === 'failed');
    outbox.confirm({ seq: 1_000_000 });
    expect(textsIn(outbox)).to.deep.equal(['two']);
    await outbox.discard(refused);
    expect(outbox.items).to.deep.equal([]);
  });

  it('sends a refused item again when its user asks for it', async () => {
    const { alice, bob } = await newPair();
    const outbox = await outboxes.open(alice);
    outbox.start();
    await bob.contact.block({ entity_id: alice.id });
    const id = await outbox.send({ entityId: bob.id, message: 'please' });
    await eventuallyAll(outbox, 'failed');
    await bob.contact.unblock({ entity_id: alice.id });
    await outbox.retry(id);
    await eventuallyAll(outbox, 'stored');
    expect(outbox.items[0]).not.to.have.property('failure');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['please']);
  });

  for (const [status, error] of [
    [401, 'NOT_AUTHENTICATED'],
    [429, 'RATE_LIMITED'],
    [500, 'INTERNAL_ERROR'],
    [503, 'UNAVAILABLE'],
    [404, 'a proxy while the service is replaced'],
  ] as const)
    it(`waits after ${status} (${error}), and tries again at once when it is started`, async () => {
      const { alice, bob } = await newPair();
      let refusals = 0;
      const refusing: typeof fetch = async () => {
        refusals += 1;
        send = fetch;
        if (status === 404) return new Response('<h1>Not found</h1>', { status });
        const headers = { 'retry-after': '60' };
        return Response.json({ error, reason: 'not now', details: [] }, { status, headers });
      };
      let send = refusing;
      const call = createCall(
        {
          ...alice,
          url: app().url,
          fetch: (...args) => send(...(args as Parameters<typeof fetch>)),
        },
        createTokens({ token: alice.token }),
      );
      const outbox = await outboxes.open(alice, { call });
      outbox.start();
      await outbox.send({ entityId: bob.id, message: 'Hello' });
      await eventually(() => refusals === 1 && statesOf(outbox)[0] !== 'sending');
      outbox.start();
      await eventuallyAll(outbox, 'stored');
      expect(refusals).to.equal(1);
      expect(await textsOf(bob, alice.id)).to.deep.equal(['Hello']);
    });

  it('sends nothing while it is stopped', async () => {
    const { alice, bob } = await newPair();
    const outbox = await outboxes.open(alice);
    outbox.start();
    outbox.stop();
    await outbox.send({ entityId: bob.id, message: 'Hello' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(statesOf(outbox)).to.deep.equal(['queued']);
    outbox.start();
    await eventuallyAll(outbox, 'stored');
  });

  it('closes its storage, also while a call does not return', async () => {
    const { alice, bob } = await newPair();
    const storage = await outboxes.storageOf(alice);
    let isClosed = false;
    const close = (): void => {
      isClosed = true;
    };
    const call = () => new Promise(() => {});
    const outbox = await outboxes.open(alice, { call, storage: { ...storage, close } });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'Hello' });
    await eventually(() => statesOf(outbox).join() === 'sending');
    outbox.close();
    await eventually(() => isClosed);
    expect((await storage.list()).map(({ state }) => state)).to.deep.equal(['queued']);
  });

  it('asks the browser once not to remove what waits', async () => {
    const { alice, bob } = await newPair();
    let asked = 0;
    const persist = async (): Promise<boolean> => {
      asked += 1;
      return true;
    };
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    const value = { storage: { persist } };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
    try {
      const outbox = await outboxes.open(alice);
      expect(asked).to.equal(0);
      for (const message of ['one', 'two']) await outbox.send({ entityId: bob.id, message });
      expect(asked).to.equal(1);
    } finally {
      if (before) Object.defineProperty(globalThis, 'navigator', before);
      else Reflect.deleteProperty(globalThis, 'navigator');
    }
  });

  it('removes at log-out what the user has in this hub, and nothing else', async () => {
    const { alice, bob } = await newPair();
    const outbox = await outboxes.open(alice);
    const file = new File(['a note'], 'note.txt');
    await outbox.send({ entityId: bob.id, message: 'mine', files: [file] });
    const other = await outboxes.open(bob);
    const id = await other.send({ entityId: alice.id, message: 'his', files: [file] });
    await outbox.wipe();
    expect(outbox.items).to.deep.equal([]);
    expect(await (await outboxes.storageOf(alice)).list()).to.deep.equal([]);
    const storage = await outboxes.storageOf(bob);
    expect(await storage.list()).to.have.length(1);
    expect((await storage.readFile(id, 0))?.size).to.equal(6);
    expect((await outboxes.open(alice)).items).to.deep.equal([]);
  });
});
