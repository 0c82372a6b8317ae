import { expect } from 'chai';
import type { Shown } from './page.ts';

interface Sent extends Shown {
  /** Undefined while it may or may not be kept: the tab ended before it said so. */
  isKept: boolean;
}

/** What was sent to each conversation, in the order of sending. */
export class Ledger {
  readonly #sent = new Map<string, Sent[]>();
  #count = 0;

  /** Records messages that are sent now; the result is to be called once they are kept. */
  add(talkId: string, fileCounts: readonly number[]): { messages: Shown[]; keep(): void } {
    const added = fileCounts.map((files): Sent => {
      const text = `message ${this.#count++}`;
      const names = Array.from({ length: files }, (_, n) => `${text} ${n}.txt`);
      return { text, files: names, isKept: false };
    });
    this.#sent.set(talkId, [...(this.#sent.get(talkId) ?? []), ...added]);
    return {
      messages: added.map(({ text, files }) => ({ text, files })),
      keep() {
        for (const one of added) one.isKept = true;
      },
    };
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Asserts that a conversation has all that was kept once, with its files, in the order of
   * sending, and of the rest nothing twice.
   */
  expectStored(talkId: string, stored: readonly Shown[]): void {
    const sent = this.#sent.get(talkId) ?? [];
    const own = stored.filter(({ text }) => text.startsWith('message '));
    const texts = own.map(({ text }) => text);
    const doubled = texts.filter((text, n) => texts.indexOf(text) !== n);
    const lost = sent.filter(({ text, isKept }) => isKept && !texts.includes(text));
    expect({ doubled, lost: lost.map(({ text }) => text) }).to.deep.equal({
      doubled: [],
      lost: [],
    });
    const due = sent.filter(({ text }) => texts.includes(text));
    expect(own, 'order and files').to.deep.equal(due.map(({ text, files }) => ({ text, files })));
  }
}
