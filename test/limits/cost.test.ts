import { expect } from 'chai';
import type { App } from '../../service/app.ts';
import { ownApp } from '../support/app.ts';
import { pngOf, upload } from '../support/files.ts';
import { type Member, newHub, refused } from '../support/hub.ts';

/** A service where a user has ten points in ten seconds. */
const tenPoints = () => ownApp({ LIMIT_USER_CALLS: '1' });

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `unknown${n}`);

/** Returns how many points of ten are left, by spending them. */
async function left({ chat }: Pick<Member, 'chat'>): Promise<number> {
  for (let calls = 0; calls <= 10; calls++) {
    const outcome = await chat.count_all().catch((error: { code: string }) => error.code);
    if (outcome === 'RATE_LIMITED') return calls;
  }
  return 11;
}

async function newAlice(app: App) {
  const { members, id } = await newHub({ alice: 7, bob: 7 }, app);
  return { ...members, id };
}

describe('A call costs', () => {
  it('one point, and one more for each 50 users that it names', async () => {
    await using app = await tenPoints();
    const { alice, bob } = await newAlice(app);
    const title = 'Room';
    await refused(alice.room.create({ name: title, user_ids: ids(49) }), 'INVALID_CONTACT');
    await refused(alice.room.create({ name: title, user_ids: ids(299) }), 'INVALID_CONTACT');
    expect(await left(alice)).to.equal(3);
    await refused(
      bob.messaging.send({ to_ids: ids(450), content: { text: 'Hi' } }),
      'RECIPIENT_LIMIT',
    );
    expect(await left(bob)).to.equal(0);
  });

  it('one more for each 50 members who get a message of the system', async () => {
    await using app = await tenPoints();
    const { members, crowd } = await newHub({ admin: 31 }, app);
    await crowd(200);
    const echoId = 'once';
    for (let times = 0; times < 2; times++)
      await members.admin.messaging.sys_send_bulk({ from: { name: 'Us' }, text: 'Hi', echoId });
    expect(await left(members.admin)).to.equal(4);
  });

  it('one more for each 20 copies of a forward', async () => {
    await using app = await tenPoints();
    const { alice } = await newAlice(app);
    const forward = alice.chat.forward({ entities: ids(10), nodes: { messages: ids(9) } });
    await refused(forward, 'INVALID_RECIPIENT');
    expect(await left(alice)).to.equal(5);
  });

  it('one more for each MiB of text of a forward', async () => {
    await using app = await tenPoints();
    const { members, crowd } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const message = '😀'.repeat(10_000);
    const messages: string[] = [];
    for (let posts = 0; posts < 3; posts++)
      messages.push((await bob.chat.post({ entity_id: alice.id, message })).message_id);
    const entities = (await crowd(9)).map((member) => member.id);
    // 27 copies of 40,000 bytes: one point, one for the copies and one for the text.
    expect(await alice.chat.forward({ entities, nodes: { messages } })).to.have.lengthOf(27);
    expect(await left(alice)).to.equal(7);
  });

  it('one more for each four megapixels of a picture', async () => {
    await using app = await tenPoints();
    const { alice } = await newAlice(app);
    await upload(alice, 'large.png', await pngOf(4000, 3000));
    await upload(alice, 'small.png', await pngOf(1000, 1000));
    expect(await left(alice)).to.equal(5);
  });

  it('nothing more than what is left, and is refused once nothing is', async () => {
    await using app = await tenPoints();
    const { alice, bob } = await newAlice(app);
    await refused(alice.room.create({ name: 'Room', user_ids: ids(1000) }), 'INVALID_CONTACT');
    const { retryAfter } = await refused(alice.chat.count_all(), 'RATE_LIMITED');
    expect(retryAfter).to.be.within(1, 10);
    await bob.chat.count_all();
  });
});
