import { expect } from 'chai';
import { position, synced } from '../../support/events.ts';
import { type Member, newHub } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';
import { dice } from '../channel/support.ts';
import { boxed, countsOf, rowsOf, systemSend } from './support.ts';

/**
 * Fields of the event data. Devices and chat.sync yield events of any name, so they are cast to
 * this.
 */
interface ReceivedEvent {
  name: string;
  data: { message_id: string; message_ids: string[]; box: string; content: object; deleted?: 1 };
}

/** The boxes of a client that started empty and applied these events. */
function boxesBy(events: readonly ReceivedEvent[]): string[] {
  const boxes = new Map<string, { content: object; isRead: 0 | 1 }>();
  for (const { name, data } of events) {
    const { message_id: id, message_ids: ids, box, content } = data;
    const both = [`${id} inbox`, `${id} sent`];
    if (name === 'messaging.send' && !data.deleted)
      boxes.set(`${id} ${box}`, { content, isRead: 0 });
    if (name === 'messaging.sys_update' && !data.deleted)
      for (const key of both) Object.assign(boxes.get(key) ?? {}, { content });
    if (name === 'messaging.sys_delete') for (const key of both) boxes.delete(key);
    if (name === 'messaging.delete') for (const one of ids) boxes.delete(`${one} ${box}`);
    if (name === 'messaging.mark_read')
      for (const one of ids) {
        const entry = boxes.get(`${one} ${box}`);
        if (entry) entry.isRead = 1;
      }
  }
  return [...boxes]
    .map(([key, { content, isRead }]) => `${key} ${isRead} ${JSON.stringify(content)}`)
    .sort();
}

describe('Boxes under random concurrent calls', () => {
  for (const seed of [1, 2, 3])
    it(`equal the events of devices and chat.sync; counters are exact (seed ${seed})`, async () => {
      const roll = dice(seed);
      const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
      const people: Member[] = [hub.members.alice, hub.members.bob, hub.members.carol];
      const anyone = () => people[roll(3)] as Member;
      const since = await position(anyone());
      const devices = await Promise.all(people.map((member) => member.device()));
      const known: string[] = [];
      const some = () => known[known.length - 1 - roll(Math.min(known.length, 12))] ?? 'none';
      let count = 0;
      const step = (): Promise<unknown> => {
        const text = `${++count}`;
        const member = anyone();
        const box = roll(2) ? 'inbox' : 'sent';
        const message_ids = [some(), some()];
        const { messaging } = hub.operator;
        switch (roll(9)) {
          case 0:
            return messaging.sys_update({ message_id: some(), content: { text, n: count } });
          case 1:
            return messaging.sys_delete({ message_ids: [some()] });
          case 2:
            return member.messaging.delete({ box, message_ids });
          case 3:
            return member.messaging.mark_read({ box, message_ids });
          case 4:
            return member.messaging.get({ box: 'inbox', message_ids, mark_read: 1 });
          case 5:
            return systemSend(hub.operator, text, anyone(), anyone()).then((id) => known.push(id));
          default:
            return member.messaging
              .send({ to_ids: [anyone().id, anyone().id], text })
              .then((sent) => known.push(sent.message_id));
        }
      };
      for (let round = 0; round < 25; round++)
        for (const outcome of await Promise.allSettled([step(), step(), step()]))
          if (outcome.status === 'rejected')
            expect(outcome.reason.code).to.equal('MESSAGE_NOT_FOUND');
      const shared = new Set<string>();
      let entries = 0;
      for (const [index, member] of people.entries()) {
        const items = await boxed(member);
        const lines = items.map(
          (one) => `${one.message_id} ${one.box} ${one.is_read} ${JSON.stringify(one.content)}`,
        );
        const events = await synced(member, since);
        const { received = [] } = devices[index] ?? {};
        await eventually(() => received.length >= events.length);
        expect(boxesBy(untyped(received)), 'on a device').to.deep.equal(lines.toSorted());
        expect(boxesBy(untyped(events)), 'by chat.sync').to.deep.equal(lines.toSorted());
        const inbox = items.filter((one) => one.box === 'inbox');
        const unread = inbox.filter((one) => one.is_read === 0).length;
        expect(await countsOf(member)).to.deep.equal([
          inbox.length,
          unread,
          items.length - inbox.length,
        ]);
        for (const one of items) shared.add(one.message_id);
        entries += items.length;
      }
      expect(await rowsOf(hub)).to.deep.equal({ mail: shared.size, entries });
      for (const device of devices) device.close();
    });
});
