import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CallError } from '../../../client/index.ts';
import { refused } from '../../support/hub.ts';
import { type Bench, type Person, upload } from './bench.ts';

/** A member who continuously sends files and records the replies. */
export interface Chatter {
  hubId: string;
  /** One more upload, then a random action on it. Calls without a reply are retried or given up. */
  step(): Promise<void>;
  /** Asserts that everything confirmed by a reply exists. */
  expectKept(): Promise<void>;
}

interface Sent {
  messageId: string;
  nids: string[];
  /** Another member who sees it. */
  reader: Person;
  /** Maybe: a deletion was requested without a reply. */
  deleted: 'no' | 'yes' | 'maybe';
}

const chance = (share: number): boolean => Math.random() < share;

export async function chatterOn(bench: Bench, picture: Buffer): Promise<Chatter> {
  const { alice, bob, carl } = await bench.newHub('alice', 'bob', 'carl');
  const { hubId } = alice;
  const bytesOf = new Map<string, Buffer>();
  const removed = new Set<string>();
  const given = new Set<string>();
  const sent: Sent[] = [];
  let count = 0;

  /**
   * Retries until there is a reply, or sometimes gives up. `done` is the error of a retry after a
   * success without a reply.
   */
  async function ask<T>(call: () => Promise<T>, done?: string): Promise<T | 'done' | undefined> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof CallError && error.code === done && !isFirst) return 'done';
        if (error instanceof CallError && error.code !== 'UNAVAILABLE') throw error;
      }
      if (chance(0.3)) return undefined;
      await sleep(20);
    }
  }

  async function deleteOne(): Promise<void> {
    const message = sent.find(({ deleted }) => deleted === 'no' && chance(0.3));
    if (!message) return;
    const deleting = () => alice.chat.delete({ option: 'all', messages: [message.messageId] });
    message.deleted = (await ask(deleting, 'INVALID_MESSAGES')) ? 'yes' : 'maybe';
  }

  async function forward({ messageId, nids }: Sent): Promise<void> {
    const echoId = `forward-${messageId}`;
    const copies = await ask(() =>
      alice.chat.forward({ entities: [carl.id], nodes: { messages: [messageId] }, echoId }),
    );
    if (!copies || copies === 'done') return;
    for (const { message_id } of copies)
      sent.push({ messageId: message_id, nids, reader: carl, deleted: 'no' });
  }

  return {
    hubId,
    async step() {
      const note = Buffer.from(`note ${++count}`);
      const files = [
        ['note.txt', note],
        ...(chance(0.4) ? [['photo.jpg', picture] as const] : []),
      ] as const;
      const taken = await ask(() => upload(alice, ...files));
      if (!taken || taken === 'done') return;
      taken.forEach(({ nid }, index) => void bytesOf.set(nid, files[index]?.[1] ?? note));
      const nids = taken.map(({ nid }) => nid);

      const [first = ''] = nids;
      if (chance(0.2)) {
        const answer = await ask(
          () => alice.chat.upload_remove({ nid: first }),
          'INVALID_ATTACHMENT',
        );
        (answer ? removed : given).add(first);
        return;
      }
      const params = {
        entity_id: bob.id,
        message: 'look',
        attachment: nids,
        echoId: `post-${count}`,
      };
      const posted = await ask(() => alice.chat.post(params));
      if (!posted || posted === 'done') return;
      const message: Sent = { messageId: posted.message_id, nids, reader: bob, deleted: 'no' };
      if (chance(0.5)) await forward(message);
      sent.push(message);
      if (chance(0.5)) await deleteOne();
    },

    async expectKept() {
      const states = new Map((await bench.rowsOf(hubId)).map(({ id, state }) => [id, state]));
      const needed = sent.filter(({ deleted }) => deleted === 'no');
      for (const { messageId, nids, reader } of needed) {
        const listed = await reader.chat.attachment({ message_id: messageId });
        expect(listed.map(({ nid }) => nid)).to.deep.equal(nids);
        for (const nid of nids)
          expect(await bench.read(reader, nid)).to.deep.equal(bytesOf.get(nid));
      }
      for (const { messageId, reader } of sent.filter(({ deleted }) => deleted === 'yes'))
        await refused(reader.chat.attachment({ message_id: messageId }), 'MESSAGE_NOT_FOUND');
      for (const nid of removed) expect(states.has(nid), 'removed').to.equal(false);
      const gone = new Set(
        sent.filter(({ deleted }) => deleted !== 'no').flatMap(({ nids }) => nids),
      );
      for (const nid of bytesOf.keys())
        if (!removed.has(nid) && !given.has(nid) && !gone.has(nid))
          expect(states.get(nid), 'answered and lost').to.be.oneOf(['staged', 'attached']);
      expect(needed.length, 'messages that stay').to.be.at.least(3);
    },
  };
}
