import { expect } from 'chai';
import { openPolling, openRaw } from '../support/engine.ts';
import { position } from '../support/events.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

const large = '😀'.repeat(10_000);
const largeBytes = Buffer.byteLength(large);

async function two() {
  const { members } = await newHub({ alice: 7, bob: 7 });
  return members;
}

/** Posts messages of 40 KB, so many at a time, until that many bytes are sent. */
async function postBytes(from: Member, to: Member, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += 10 * largeBytes)
    await Promise.all(
      Array.from({ length: 10 }, () => from.chat.post({ entity_id: to.id, message: large })),
    );
}

const auth = ({ token, hubId }: Member, since?: number) => ({ token, hub_id: hubId, since });

/** More than the buffers of two TCP sockets hold. */
const tooMuch = 12 * 1024 * 1024;

describe('A client that does not read', () => {
  let alice: Member;
  let bob: Member;
  before(async () => {
    ({ alice, bob } = await two());
  });

  it('is cut once a WebSocket has 1 MiB waiting, and catches up by since', async () => {
    using raw = await openRaw();
    raw.connect(auth(bob));
    await raw.next('42["ready"');
    const since = await position(bob);
    raw.socket.pause();
    await postBytes(alice, bob, tooMuch);
    raw.socket.resume();
    await raw.closed;
    const got = raw.received.filter((packet) => packet.startsWith('42["chat.post"')).length;
    const { seq } = await bob.chat.sync({ since, limit: 1 });
    expect(seq).to.equal(since + 1);
    using again = await bob.device(since);
    await eventually(() => again.received.length >= tooMuch / largeBytes);
    expect(got).to.be.below(again.received.length);
  });

  it('is cut once 1 MiB waits for a client that does not poll', async () => {
    const { post, poll } = await openPolling();
    await post(`40${JSON.stringify(auth(bob))}`);
    let received = '';
    await eventually(async () => {
      received += (await poll()).text;
      return received.includes('ready');
    });
    await postBytes(alice, bob, 800_000);
    expect((await poll()).text).to.contain('chat.post');
    await postBytes(alice, bob, 2_000_000);
    expect((await poll()).status).to.equal(400);
  });

  it('is cut while it catches up, and others are not', async () => {
    // The first test left enough to replay.
    using raw = await openRaw();
    raw.socket.pause();
    raw.connect(auth(bob, 0));
    using other = await bob.device(0);
    await postBytes(alice, bob, 3_000_000);
    await eventually(() => other.received.length >= (tooMuch + 3_000_000) / largeBytes);
    // It is cut some seconds after it took something for the last time.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    raw.socket.resume();
    await raw.closed;
    const got = raw.received.filter((packet) => packet.startsWith('42["chat.post"')).length;
    expect(got).to.be.below(other.received.length);
  });

  it('is not cut by one burst of less, or by waiting long for a page', async () => {
    using raw = await openRaw();
    raw.connect(auth(bob));
    await raw.next('42["ready"');
    raw.socket.pause();
    await postBytes(alice, bob, 800_000);
    raw.socket.resume();
    await eventually(() => raw.received.filter((one) => one.includes('chat.post')).length >= 20);
  });
});

describe('A replay', () => {
  it('sends all of a long history to a client that reads, while others post', async () => {
    const { alice, bob } = await two();
    const since = await position(bob);
    await postBytes(alice, bob, 4_000_000);
    const posting = postBytes(alice, bob, 3_000_000);
    using device = await bob.device(since);
    await posting;
    const last = await alice.chat.post({ entity_id: bob.id, message: 'last' });
    await eventually(() => device.received.at(-1)?.seq === last.seq);
    const seqs = device.received.map((event) => event.seq);
    expect(seqs).to.deep.equal(seqs.map((_, n) => since + 1 + n));
  });
});
