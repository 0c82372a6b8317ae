import { expect } from 'chai';
import type { Client } from '../../../client/index.ts';
import { connect, type Pool } from '../../../db/connection/connect.ts';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import { newId } from '../../../db/rows/ids.ts';
import { queueMail } from '../../../db/rows/mail/mail.ts';
import { migrate } from '../../../db/setup/migrate.ts';
import type { Publication } from '../../../service/events/publication.ts';
import { deliverBulkMail } from '../../../service/jobs/bulk-mail.ts';
import { app, operatorToken, ownApp, ownSchema } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { namesOf, position, synced } from '../../support/events.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';
import { expectSyncedAs, keyOf, receivedBy } from '../channel/support.ts';
import { boxed, countsOf, rowsOf, system } from './support.ts';

const idsOf = (members: readonly Member[]): string[] => members.map(({ id }) => id);

const progress = (client: Client, message_id: string) => client.messaging.sys_bulk({ message_id });

/** Runs the job now, as another process would; the service itself does within a second. */
const deliver = () => deliverBulkMail(jobsOn(app().pool));

/** Sends to all members and delivers it; returns its id. */
async function toEverybody(client: Client): Promise<string> {
  const { message_id } = await client.messaging.sys_send_bulk({ text: 'All!', from: system });
  await deliver();
  expect(await progress(client, message_id)).to.include({ is_done: 1 });
  return message_id;
}

/** The owners of a message, with their number of copies. */
async function ownersOf(pool: Pool, hub: { id: string }): Promise<string[]> {
  const [rows] = await pool.query('SELECT owner_id AS id FROM mailboxes WHERE hub_id = ?', [
    hub.id,
  ]);
  return (rows as { id: string }[]).map((row) => row.id);
}

describe('messaging.sys_send_bulk', () => {
  it('delivers a message to every member, with the same events as any other', async () => {
    const hub = await newHub({ viewer: 3, alice: 7, owner: 63, gone: 7 });
    const { viewer, alice, owner, gone } = hub.members;
    await hub.operator.hub.remove_member({ user_id: gone.id });
    const devices = [await alice.device(), await alice.device(), await owner.device()];
    const content = { subject: 's', text: 'All!' };
    const from = { name: 'Administrator', pic: 'https://pics.example/a' };
    const { message_id } = await hub.operator.messaging.sys_send_bulk({ content, from });
    const delivered = await Promise.all(devices.map((device) => device.next('messaging.send')));
    expect(await progress(hub.operator, message_id)).to.deep.equal({
      message_id,
      sent: 3,
      is_done: 1,
    });
    for (const [n, device] of devices.entries()) {
      const member = n === 2 ? owner : alice;
      const [item] = await boxed(member);
      expect(item).to.deep.include({
        message_id,
        content,
        to_ids: [],
        box: 'inbox',
        is_read: 0,
        from: { ...from, id: null },
      });
      const event = delivered[n];
      expect(event).to.deep.include({ stream: member.id, actor_id: '', data: item });
      await expectSyncedAs(device, member);
      device.close();
    }
    expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: 3 });
    await hub.operator.hub.set_privilege({ user_id: viewer.id, privilege: 7 });
    expect(await countsOf(viewer)).to.deep.equal([1, 1, 0]);
    await hub.operator.hub.add_member({ user_id: gone.id, privilege: 7 });
    expect(await countsOf(gone), 'who comes later has not got it').to.deep.equal([0, 0, 0]);
  });

  it('is sent to many in batches, with rising progress and no duplicates', async () => {
    const hub = await newHub({ alice: 7 });
    const ids = [hub.members.alice.id, ...idsOf(await hub.crowd(420))];
    const { message_id } = await hub.operator.messaging.sys_send_bulk({
      text: 'All!',
      from: system,
    });
    const steps: number[] = [];
    const delivery = deliver();
    await eventually(async () => {
      const { sent, is_done } = await progress(hub.operator, message_id);
      steps.push(sent);
      return is_done === 1;
    });
    await delivery;
    expect(steps).to.deep.equal(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).to.equal(421);
    expect((await ownersOf(app().pool, hub)).sort()).to.deep.equal(ids.sort());
    expect(
      (await hub.operator.messaging.sys_page({ criteria: { to_ids: null }, rows: 100 })).count,
    ).to.equal(421);
  });

  it('ends correctly when members exactly fill the batches, and when there are none', async () => {
    for (const count of [0, 200, 201]) {
      const hub = await newHub({});
      await hub.crowd(count);
      const message_id = await toEverybody(hub.operator);
      expect(await progress(hub.operator, message_id)).to.deep.equal({
        message_id,
        sent: count,
        is_done: 1,
      });
      expect(await rowsOf(hub)).to.deep.equal({ mail: 1, entries: count });
    }
  });

  it('is created once under an echoId, also by concurrent calls', async () => {
    const hub = await newHub({ alice: 7 });
    const base = { text: 'All!', from: system, echoId: 'key' };
    const sending = (client: Client) => client.messaging.sys_send_bulk(base);
    const all = await Promise.all([hub.operator, hub.operator, hub.operator].map(sending));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).to.equal(1);
    await refused(
      hub.operator.messaging.sys_send_bulk({ ...base, text: 'Ho' }),
      'ECHO_ID_CONFLICT',
    );
    await refused(
      hub.operator.messaging.sys_send_bulk({ ...base, from: { name: 'Another' } }),
      'ECHO_ID_CONFLICT',
    );
    await deliver();
    expect(await sending(hub.operator)).to.deep.equal(all[0]);
    expect(await countsOf(hub.members.alice)).to.deep.equal([1, 1, 0]);
  });

  it('requires content and a sender’s name, and sys_bulk an id of this hub', async () => {
    const hub = await newHub({ alice: 7 });
    const { messaging } = await keyOf(hub);
    await refused(messaging.sys_send_bulk({ from: system }), 'INVALID_INPUT');
    await refused(
      messaging.sys_send_bulk({ from: system, text: 'x', content: {} }),
      'INVALID_INPUT',
    );
    // A number instead of text, as an untyped caller might send.
    await refused(
      messaging.sys_send_bulk({ from: untyped({ name: 7 }), text: 'x' }),
      'INVALID_INPUT',
    );
    await refused(
      messaging.sys_send_bulk({ from: system, content: { x: 'x'.repeat(65_536) } }),
      'TOO_LARGE',
    );
    const sent = await messaging.sys_send({
      to_ids: [hub.members.alice.id],
      text: 'x',
      from: system,
    });
    for (const message_id of [sent.message_id, 'nothing', ''])
      await refused(messaging.sys_bulk({ message_id }), 'MESSAGE_NOT_FOUND');
    const { message_id } = await messaging.sys_send_bulk({ from: system, text: 'x' });
    await refused(
      (await newHub({})).operator.messaging.sys_bulk({ message_id }),
      'MESSAGE_NOT_FOUND',
    );
  });
});

describe('A message to all that is interrupted', () => {
  it('resumes after a restart: no duplicates, and new members get it too', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 4);
    try {
      await migrate(pool);
      const hub = await newHub({ alice: 7 }, { ...app(), pool });
      const members = [hub.members.alice.id, ...idsOf(await hub.crowd(410))];
      const message_id = newId();
      const now = Date.now();
      const mail = {
        fromId: null,
        fromName: 'Administrator',
        fromPic: null,
        toIds: null,
        content: { text: 'All!' },
      };
      const times = { sentMs: now, createdMs: now, updatedMs: now };
      await transact(pool, async (tx) =>
        queueMail(inHub(tx, hub.id), {
          id: message_id,
          ...mail,
          ...times,
          version: 1,
          bulkAfter: '',
          bulkSent: 0,
        }),
      );
      const publications: Publication[] = [];
      const oneBatch = async () => {
        const stopping = new AbortController();
        const { signal } = stopping;
        const onPublish = () => stopping.abort();
        const jobs = jobsOn(pool, Date.now, { signal, onPublish });
        await deliverBulkMail(jobs);
        publications.push(...jobs.published);
        return (await ownersOf(pool, hub)).length;
      };
      await deliverBulkMail(jobsOn(pool, () => now, { signal: AbortSignal.abort() }));
      expect(await ownersOf(pool, hub)).to.deep.equal([]);
      expect(await oneBatch()).to.equal(200);
      members.push(...idsOf(await hub.crowd(30)));
      const [removed = ''] = members.slice(300);
      await pool.query('UPDATE members SET privilege = 0 WHERE hub_id = ? AND user_id = ?', [
        hub.id,
        removed,
      ]);
      expect(await oneBatch()).to.equal(400);
      expect(publications.map(({ events }) => events.length)).to.deep.equal([200, 200]);

      await using again = await ownApp({}, undefined, schema.address);
      const operator = clientOf(operatorToken, hub.id, again.url);
      await eventually(async () => (await progress(operator, message_id)).is_done === 1);
      const expected = members.filter((id) => id !== removed);
      expect((await ownersOf(pool, hub)).sort()).to.deep.equal(expected.sort());
      expect((await progress(operator, message_id)).sent).to.equal(expected.length);
      const [events] = await pool.query(
        "SELECT COUNT(*) AS n FROM events WHERE hub_id = ? AND name = 'messaging.send'",
        [hub.id],
      );
      expect((events as { n: number }[])[0]?.n).to.equal(expected.length);
    } finally {
      await pool.end();
    }
  });

  it('is sent once by two concurrent processes', async () => {
    const hub = await newHub({ alice: 7 });
    const ids = [hub.members.alice.id, ...idsOf(await hub.crowd(230))];
    const { message_id } = await hub.operator.messaging.sys_send_bulk({
      text: 'All!',
      from: system,
    });
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(await progress(hub.operator, message_id)).to.include({ is_done: 1 });
    expect((await ownersOf(app().pool, hub)).sort()).to.deep.equal(ids.sort());
    expect((await progress(hub.operator, message_id)).sent).to.equal(ids.length);
  });
});

describe('A message to all, after sending', () => {
  it('is changed for all at once, with an event to every member', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const message_id = await toEverybody(hub.operator);
    const seq = await position(alice);
    const devices = [await alice.device(), await alice.device(), await bob.device()];
    await hub.operator.messaging.sys_update({ message_id, version: 1, text: 'All, changed' });
    const [shared] = (await hub.operator.messaging.sys_get({ message_ids: [message_id] })).items;
    expect(shared).to.deep.include({
      message_version: 2,
      content: { text: 'All, changed' },
      to_ids: [],
    });
    for (const device of devices) {
      const member = device === devices[2] ? bob : alice;
      const event = await device.next('messaging.sys_update');
      const data = { message_id, message_version: 2 };
      expect(event).to.deep.include({ seq: seq + 1, stream: hub.id, entity_id: hub.id, data });
      await expectSyncedAs(device, member, seq);
      expect((await boxed(member))[0]?.content).to.deep.equal({ text: 'All, changed' });
      device.close();
    }
    expect((await synced(bob)).find(({ name }) => name === 'messaging.send')?.data).to.deep.equal(
      (await boxed(bob))[0],
    );
  });

  it('publishes no change to members who joined later or have deleted it', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const message_id = await toEverybody(hub.operator);
    await alice.messaging.delete({ box: 'inbox', message_ids: [message_id] });
    using device = await alice.device();
    await hub.operator.messaging.sys_update({ message_id, text: 'secret' });
    expect(JSON.stringify(await receivedBy(device, alice, bob))).to.not.contain('secret');
  });

  it('is deleted by each member for themselves, or by the system for all', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const message_id = await toEverybody(hub.operator);
    await alice.messaging.delete({ box: 'inbox', message_ids: [message_id] });
    expect([await countsOf(alice), await countsOf(bob)]).to.deep.equal([
      [0, 0, 0],
      [1, 1, 0],
    ]);
    using device = await bob.device();
    expect(await hub.operator.messaging.sys_delete({ message_ids: [message_id] })).to.deep.equal({
      requested: 1,
      actual: 1,
    });
    const event = await device.next('messaging.sys_delete');
    expect(event).to.deep.include({ stream: hub.id, data: { message_id, deleted: 1 } });
    await expectSyncedAs(device, bob);
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
    await refused(progress(hub.operator, message_id), 'MESSAGE_NOT_FOUND');
    expect(
      namesOf(await synced(carol)).filter((name) => name.startsWith('messaging.')),
    ).to.deep.equal(['messaging.send', 'messaging.sys_delete']);
    expect(JSON.stringify(await synced(carol))).to.not.contain('All!');
  });

  it('is no longer delivered once it is deleted while being sent', async () => {
    const hub = await newHub({ alice: 7 });
    await hub.crowd(420);
    const { message_id } = await hub.operator.messaging.sys_send_bulk({
      text: 'All!',
      from: system,
    });
    await Promise.all([
      deliver(),
      hub.operator.messaging.sys_delete({ message_ids: [message_id] }),
    ]);
    await deliver();
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
  });

  it('leaves no rows when all members have deleted it', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const message_id = await toEverybody(hub.operator);
    for (const member of [alice, bob])
      await member.messaging.delete({ box: 'inbox', message_ids: [message_id] });
    expect(await rowsOf(hub)).to.deep.equal({ mail: 0, entries: 0 });
  });
});
