import { expect } from 'chai';
import { position, synced } from '../../support/events.ts';
import { type Member, newHub } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';
import { dice, expectNoDrift, newChannel, unreadOf } from './support.ts';

/**
 * Fields of the event data. Devices and chat.sync yield events of any name, so they are cast to
 * this.
 */
interface ReceivedEvent {
  name: string;
  data: {
    message_id: string;
    ordinal: number;
    message: string;
    version: number;
    content: object | null;
    deleted?: 1;
  };
}

/** The state of a client that started empty and applied these events. */
function shownBy(events: readonly ReceivedEvent[]): string[] {
  const shown = new Map<string, { ordinal: number; line: string }>();
  for (const { name, data } of events) {
    const { message_id: id, ordinal, message, version, content } = data;
    if (name === 'room.purge')
      for (const [key, one] of shown) if (one.ordinal <= ordinal) shown.delete(key);
    if (data.deleted) shown.delete(id);
    else if (name === 'chat.post' || name === 'chat.edit')
      shown.set(id, { ordinal, line: JSON.stringify([message, version, content]) });
  }
  return [...shown.values()].sort((a, b) => a.ordinal - b.ordinal).map(({ line }) => line);
}

describe('A channel under random concurrent calls', () => {
  for (const seed of [1, 2, 3])
    it(`has the same events on a device, in chat.sync and in counters (seed ${seed})`, async () => {
      const roll = dice(seed);
      const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = hub.members;
      const { channel_id, entity_id } = await newChannel(hub, 'lobby', { history_limit: 6 });
      for (const member of [alice, bob, carol]) await member.channel.connect({ channel_id });
      const since = await position(carol);
      using device = await carol.device();
      const known: { id: string; author: Member | undefined }[] = [];
      const one = () =>
        known[known.length - 1 - roll(Math.min(known.length, 9))] ?? { id: 'none', author: alice };
      const keep = (author: Member | undefined) => (posted: { message_id: string }) =>
        void known.push({ id: posted.message_id, author });
      let count = 0;
      const step = (): Promise<unknown> => {
        const author = [alice, bob, undefined][roll(3)];
        const client = author ?? hub.operator;
        const text = `${++count}`;
        const { id, author: writer } = one();
        const owner = writer ?? hub.operator;
        const about = { channel_id, message_id: id };
        switch (roll(8)) {
          case 0:
            return owner.channel.update_message({ ...about, content: { text, n: count } });
          case 1:
            return (writer ?? alice).chat.edit({ message_id: id, message: text });
          case 2:
            return owner.channel.delete_message(about);
          case 3:
            return (writer ?? alice).chat.delete({ messages: [id], option: 'all' });
          case 4:
            return (author ?? bob).chat
              .post({ entity_id, message: text })
              .then(keep(author ?? bob));
          case 5:
            return client.channel.post_simple({ channel_id, text, record: 0 });
          default:
            return client.channel
              .post({ channel_id, content: { text, by: 'step' } })
              .then(keep(author));
        }
      };
      for (let round = 0; round < 25; round++) {
        const outcomes = await Promise.allSettled([step(), step(), step()]);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected')
            expect(outcome.reason.code).to.be.oneOf([
              'MESSAGE_NOT_FOUND',
              'INVALID_MESSAGES',
              'PERMISSION_DENIED',
              'INVALID_OPTION',
            ]);
      }
      const messages = await carol.channel.recent({ channel_id, limit: 250 });
      const lines = messages.map(({ message, version, content }) =>
        JSON.stringify([message, version, content]),
      );
      const events = await synced(carol, since);
      await eventually(() => device.received.length >= events.length);
      expect(shownBy(untyped(events)), 'by chat.sync').to.deep.equal(lines);
      expect(shownBy(untyped(device.received)), 'on a device').to.deep.equal(lines);
      expect(lines.length).to.be.within(1, 6);
      expect((await carol.channel.info({ channel_id })).num_msgs).to.equal(lines.length);
      expect((await unreadOf(carol, entity_id)).room).to.equal(lines.length);
      await expectNoDrift(hub, entity_id);
    });
});
