import { expect } from 'chai';
import type { Observer } from '../../db/connection/round-trip.ts';
import { system } from '../methods/messaging/support.ts';
import { ownApp, ownSchema } from '../support/app.ts';
import { storedOf, upload } from '../support/files.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

/** Longer than jobs wait between two runs, and shorter than until they look without a reason. */
const idleMs = 2500;
const soonMs = 10_000;

/** A service alone on its database, with a watch on what it sends there. */
async function idleApp() {
  const schema = await ownSchema();
  const app = await ownApp({}, undefined, schema.address);
  let sentAt = performance.now();
  const observer: Observer = () => {
    sentAt = performance.now();
  };
  app.pool.roundTrips.observer = observer;
  return {
    app,
    /** Resolves once the service has sent no statement for a while. */
    untilIdle: () => eventually(() => performance.now() - sentAt > idleMs),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

describe('An idle service', function () {
  this.timeout(60_000);

  it('asks the database nothing, and starts each kind of work as soon as it is due', async () => {
    await using idle = await idleApp();
    const { members, operator, id: hubId } = await newHub({ alice: 7, bob: 7 }, idle.app);
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    using device = await bob.device();
    await idle.untilIdle();

    const file = await upload(alice);
    expect(await storedOf(hubId)).to.have.length(1);
    await alice.chat.upload_remove({ nid: file.nid });
    await eventually(async () => (await storedOf(hubId)).length === 0, soonMs);
    await idle.untilIdle();

    await operator.messaging.sys_send_bulk({ text: 'All!', from: system });
    await device.next('messaging.send', soonMs);
    await idle.untilIdle();

    const ids: string[] = [];
    for (const message of ['first', 'second'])
      ids.push((await bob.chat.post({ entity_id: room, message })).message_id);
    for (const message_id of ids) await alice.chat.acknowledge({ message_id });
    await device.next('chat.acknowledge', soonMs);
    await device.next('chat.acknowledge', soonMs);
    await idle.untilIdle();
  });
});
