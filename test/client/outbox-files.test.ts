import { expect } from 'chai';
import { CallError, ConnectionError } from '../../client/calls/errors.ts';
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
import { openProxy } from '../support/proxy.ts';
import { eventually } from '../support/wait.ts';
import { XMLHttpRequest } from '../support/xhr.ts';

const fileOf = (name: string, bytes: number): File =>
  new File(['x'.repeat(bytes)], name, { type: 'text/plain' });

/** The names of the files that came with each message of a conversation, oldest first. */
async function filesOf(member: Member, entityId: string): Promise<string[][]> {
  const messages = (await member.chat.messages({ entity_id: entityId })).reverse();
  const names = messages.map(async ({ message_id, is_attachment }) =>
    is_attachment === 0
      ? []
      : (await member.chat.attachment({ message_id })).map(({ file_name }) => file_name),
  );
  return Promise.all(names);
}

describe('The outbox’s files', () => {
  const outboxes = useOutboxes();
  let alice: Member;
  let bob: Member;
  beforeEach(async () => {
    Object.assign(globalThis, { XMLHttpRequest });
    ({ alice, bob } = (await newHub({ alice: 7, bob: 7 })).members);
  });
  afterEach(() => Reflect.deleteProperty(globalThis, 'XMLHttpRequest'));

  it('are uploaded with progress before their message, which the next ones wait for', async () => {
    const { carol } = (await newHub({ carol: 7 })).members;
    const outbox = await outboxes.open(alice);
    const seen: number[] = [];
    const states = new Set<string>();
    outbox.subscribe(() => {
      const [item] = outbox.items;
      if (item) states.add(item.state);
      const part = item?.files[0]?.progress ?? 0;
      if (part !== (seen.at(-1) ?? 0)) seen.push(part);
      // Nothing of the conversation is sent before it, a refused one of another conversation is.
      const [first, second] = statesOf(outbox);
      if (first === 'uploading') expect(second ?? 'queued').to.equal('queued');
    });
    const files = [fileOf('a.txt', 300_000), fileOf('b.txt', 10)];
    await outbox.send({ entityId: bob.id, message: 'files', files });
    await outbox.send({ entityId: bob.id, message: 'after' });
    await outbox.send({ entityId: carol.id, message: 'elsewhere' });
    outbox.start();
    await eventually(() => statesOf(outbox).join() === 'stored,stored,failed');
    expect([...states]).to.deep.equal(['queued', 'uploading', 'sending', 'stored']);
    expect(seen.length).to.be.greaterThan(3);
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).to.equal(1);
    expect(await textsOf(bob, alice.id)).to.deep.equal(['files', 'after']);
    expect(await filesOf(bob, alice.id)).to.deep.equal([['a.txt', 'b.txt'], []]);
  });

  it('are removed from storage as soon as their message is stored', async () => {
    const outbox = await outboxes.open(alice);
    const storage = await outboxes.storageOf(alice);
    const id = await outbox.send({ entityId: bob.id, message: '', files: [fileOf('a.txt', 9)] });
    expect((await storage.readFile(id, 0))?.size).to.equal(9);
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(await storage.readFile(id, 0)).to.equal(undefined);
  });

  it('whose upload is cancelled are not sent, and the next message is', async () => {
    await using network = await openNetwork(app().url);
    const outbox = await outboxes.open(alice, { url: network.url });
    network.stall();
    outbox.start();
    const files = [fileOf('a.txt', 300_000)];
    const id = await outbox.send({ entityId: bob.id, message: 'cancelled', files });
    await outbox.send({ entityId: bob.id, message: 'after' });
    await eventually(() => (outbox.items[0]?.files[0]?.progress ?? 0) > 0);
    await outbox.discard(id);
    expect(textsIn(outbox)).to.deep.equal(['after']);
    network.mend();
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(await textsOf(bob, alice.id)).to.deep.equal(['after']);
  });

  it('whose upload is cut in the middle are uploaded again', async () => {
    await using network = await openNetwork(app().url);
    const outbox = await outboxes.open(alice, { url: network.url });
    let cuts = 0;
    outbox.subscribe(() => {
      const part = outbox.items[0]?.files[1]?.progress ?? 0;
      if (cuts > 0 || part === 0 || part === 1) return;
      cuts += 1;
      network.cut();
      setTimeout(network.mend, 50);
    });
    outbox.start();
    const files = [fileOf('a.txt', 10), fileOf('b.txt', 600_000)];
    await outbox.send({ entityId: bob.id, message: 'files', files });
    await outbox.send({ entityId: bob.id, message: 'after' });
    await eventuallyAll(outbox, 'stored');
    expect(cuts).to.equal(1);
    expect(await textsOf(bob, alice.id)).to.deep.equal(['files', 'after']);
    expect(await filesOf(bob, alice.id)).to.deep.equal([['a.txt', 'b.txt'], []]);
  });

  it('that the service has removed meanwhile are uploaded once more', async () => {
    const call = callOf(alice);
    let uploads = 0;
    const outbox = await outboxes.open(alice, {
      async call(method, params, options) {
        const reply = await call(method, params, options);
        if (method !== 'chat.upload') return reply;
        uploads += 1;
        const [{ nid }] = reply as [{ nid: string }];
        if (uploads === 1) await call('chat.upload_remove', { nid });
        return reply;
      },
    });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'a file', files: [fileOf('a.txt', 9)] });
    await eventuallyAll(outbox, 'stored');
    expect(uploads).to.equal(2);
    expect(await filesOf(bob, alice.id)).to.deep.equal([['a.txt']]);
  });

  it('of which another upload was stored keep their message until its event is seen', async () => {
    const call = callOf(alice);
    let posts = 0;
    const outbox = await outboxes.open(alice, {
      async call(method, params, options) {
        if (method !== 'chat.post' || ++posts > 1) return call(method, params, options);
        // An attempt whose reply was lost, and whose upload was not recorded here.
        const [{ nid }] = (await call('chat.upload', { file: [fileOf('a.txt', 9)] })) as [
          { nid: string },
        ];
        await call(method, { ...params, attachment: [nid] });
        throw new ConnectionError('no reply');
      },
    });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'a file', files: [fileOf('a.txt', 9)] });
    await eventuallyAll(outbox, 'stored');
    expect(posts).to.equal(2);
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect(outbox.items[0]?.messageId).to.equal(row?.message_id);
    const { seq = 0 } = outbox.items[0] ?? {};
    expect(seq).to.be.above(0);
    outbox.confirm({ seq: seq - 1 });
    expect(outbox.items).to.have.length(1);
    outbox.confirm({ seq });
    expect(outbox.items).to.have.length(0);
  });

  it('that are refused a second time fail their message, with why', async () => {
    const call = callOf(alice);
    let posts = 0;
    const details = ['attachment: is not staged'];
    const outbox = await outboxes.open(alice, {
      async call(method, params, options) {
        if (method !== 'chat.post') return call(method, params, options);
        posts += 1;
        throw new CallError(422, { error: 'INVALID_ATTACHMENT', reason: '', details });
      },
    });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'a file', files: [fileOf('a.txt', 9)] });
    await eventuallyAll(outbox, 'failed');
    expect(posts).to.equal(2);
    expect(outbox.items[0]?.failure).to.deep.equal({ code: 'INVALID_ATTACHMENT', details });
  });

  it('that a proxy refuses fail their message, and the next one is sent', async () => {
    await using proxy = await openProxy(413);
    const [refused, call] = [callOf(alice, proxy.url), callOf(alice)];
    const outbox = await outboxes.open(alice, {
      call: (...args) => (args[0] === 'chat.upload' ? refused(...args) : call(...args)),
    });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'a file', files: [fileOf('a.txt', 9)] });
    await outbox.send({ entityId: bob.id, message: 'after' });
    await eventually(() => statesOf(outbox).join() === 'failed,stored');
    expect(outbox.items[0]?.failure).to.deep.equal({
      code: 'TOO_LARGE',
      details: ['request: a proxy answered with status 413'],
    });
  });

  it('are uploaded three at the same time, over all conversations', async () => {
    const call = callOf(alice);
    const others = await Promise.all(Array.from({ length: 7 }, () => newRoom(alice, bob)));
    let [running, most] = [0, 0];
    const outbox = await outboxes.open(alice, {
      async call(method, ...rest) {
        if (method !== 'chat.upload') return call(method, ...rest);
        running += 1;
        most = Math.max(most, running);
        return call(method, ...rest).finally(() => {
          running -= 1;
        });
      },
    });
    for (const entityId of others)
      await outbox.send({ entityId, message: '', files: [fileOf('a.txt', 9)] });
    outbox.start();
    await eventuallyAll(outbox, 'stored');
    expect(most).to.equal(3);
  });

  it('that cannot be read any more fail their message', async () => {
    const storage = { ...(await outboxes.storageOf(alice)), readFile: async () => undefined };
    const outbox = await outboxes.open(alice, { storage });
    outbox.start();
    await outbox.send({ entityId: bob.id, message: 'a file', files: [fileOf('a.txt', 9)] });
    await eventuallyAll(outbox, 'failed');
    expect(outbox.items[0]?.failure?.code).to.equal('FILE_UNREADABLE');
    expect(outbox.items[0]?.failure?.details[0]).to.contain('a.txt');
  });
});
