import { expect } from 'chai';
import { connect } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { clientOf, platform } from '../support/caller.ts';
import { type Member, newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { eventually } from '../support/wait.ts';

/** A target of events that knows how many listeners it has. */
class Target extends EventTarget {
  listeners = new Set<unknown>();

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners.add(args[1]);
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners.delete(args[1]);
    super.removeEventListener(...args);
  }
}

describe('The client’s socket', () => {
  let alice: Member;
  let page: Target;
  let document: Target;
  beforeEach(async () => {
    ({ alice } = (await newHub({ alice: 7 })).members);
    [page, document] = [new Target(), new Target()];
    const { addEventListener, removeEventListener } = page;
    Object.assign(globalThis, {
      addEventListener: addEventListener.bind(page),
      removeEventListener: removeEventListener.bind(page),
      document,
    });
  });
  afterEach(() => {
    for (const name of ['addEventListener', 'removeEventListener', 'document'])
      Reflect.deleteProperty(globalThis, name);
  });
  const listeners = (): number => page.listeners.size + document.listeners.size;

  it('leaves no listeners behind when it is closed', async () => {
    const socket = connect({ ...alice, url: app().url });
    await eventually(() => socket.connected);
    expect(listeners()).to.equal(2);
    socket.disconnect();
    expect(listeners()).to.equal(0);
  });

  it('leaves none behind either while there is no connection', async () => {
    await using network = await openNetwork(app().url);
    network.cut();
    const socket = connect({ ...alice, url: network.url });
    await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(listeners()).to.equal(2);
    socket.disconnect();
    expect(listeners()).to.equal(0);
  });

  it('connects again with a new token, as that of before has ended', async () => {
    await using network = await openNetwork(app().url);
    const { hubId, id } = alice;
    const issue = async () => (await platform(app().url).session.issue({ user_id: id })).token;
    let asked = 0;
    let token = await issue();
    const getToken = () => {
      asked += 1;
      return token;
    };
    const socket = connect({ url: network.url, hubId, userId: id, getToken });
    await eventually(() => socket.connected);
    expect(asked).to.equal(1);
    network.cut();
    await eventually(() => !socket.connected);
    await clientOf(token, hubId).session.logout();
    token = await issue();
    network.mend();
    page.dispatchEvent(new Event('online'));
    await eventually(() => socket.connected);
    expect(asked).to.be.above(1);
    socket.disconnect();
  });

  it('connects at once when the browser is online, as often as that happens', async () => {
    await using network = await openNetwork(app().url);
    const socket = connect({ ...alice, url: network.url });
    // A pause that no test waits for.
    socket.io.reconnectionDelay(1_000_000).reconnectionDelayMax(1_000_000);
    await eventually(() => socket.connected);
    for (const wake of [
      () => page.dispatchEvent(new Event('online')),
      () => document.dispatchEvent(new Event('visibilitychange')),
    ]) {
      network.cut();
      await eventually(() => !socket.connected);
      page.dispatchEvent(new Event('online'));
      network.mend();
      wake();
      await eventually(() => socket.connected);
    }
    socket.disconnect();
    expect(listeners()).to.equal(0);
  });
});
