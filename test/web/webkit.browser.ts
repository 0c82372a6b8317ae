import { expect } from 'chai';
import { app } from '../support/app.ts';
import { sayMissing } from '../support/browsers.ts';
import { writeHistory } from '../support/history.ts';
import { type Member, newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';
import { keys, openWebKit, type WebKitPage } from '../support/webkit.ts';
import { prependPage } from './prepend.ts';
import { pageIsBuilt } from './world.ts';

describe('The page in WebKit', () => {
  let page: WebKitPage;
  before(async function () {
    const opened = await openWebKit();
    if (!opened) {
      sayMissing('webkit');
      return this.skip();
    }
    page = opened;
    await pageIsBuilt();
  });
  after(() => page?.[Symbol.asyncDispose]());

  /** Opens a conversation for a member, and waits for its last message. */
  async function openAt(member: Member, entityId: string, last: string): Promise<void> {
    await page.open(`${app().url}/-/ready`);
    await page.setCookie('regsid', member.token);
    await page.open(`${app().url}/#/${entityId}`);
    await waitForText(last);
  }

  const textsIn = (): Promise<(string | null)[]> =>
    page.run(() =>
      [...document.querySelectorAll('[role=log] .text')].map((one) => one.textContent),
    );
  const waitForText = (text: string): Promise<void> =>
    eventually(async () => (await textsIn()).includes(text));
  const written = () => page.run(() => document.querySelector('textarea')?.value);

  it('does not move what is read by the first page above, nor by later ones', async function () {
    this.timeout(120_000);
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    const { entity_id, room_id } = await Alice.room.create({ name: 'Old', user_ids: [Bob.id] });
    const textOf = (n: number): string => `Message ${n}${' and more'.repeat((n * 7) % 90)}`;
    const ids = await writeHistory(room_id, [Bob], 500, textOf);
    await Alice.chat.acknowledge({ message_id: ids.at(-1) ?? '' });
    await openAt(Alice, entity_id, textOf(499));
    expect(await page.run(prependPage), 'the first').to.equal(0);
    for (let n = 1; n < 8; n += 1) expect(await page.run(prependPage), `${n} later`).to.equal(0);
  });

  it('does not send by the Enter that ends a composition, but by the next one', async () => {
    const { Alice, Bob } = (await newHub({ Alice: 7, Bob: 7 })).members;
    await Bob.chat.post({ entity_id: Alice.id, message: 'Hello' });
    await openAt(Alice, Bob.id, 'Hello');
    await page.run(() => {
      const field = document.querySelector('textarea');
      field?.focus();
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      for (const type of ['compositionstart', 'compositionend', 'keydown'])
        field?.addEventListener(type, (event) => {
          const { key, keyCode, isComposing } = event as KeyboardEvent;
          seen.push(`${type} ${key} ${keyCode} ${isComposing}`);
        });
    });
    // GTK's own input method: Ctrl+Shift+U, the number of a character, Enter.
    await page.pressTogether(keys.control, keys.shift, 'u');
    await page.press('6', '6', '0', 'e', keys.enter);
    await eventually(async () => (await written()) === '明');
    expect(await textsIn()).to.deep.equal(['Hello']);
    await page.press(keys.enter);
    await waitForText('明');
  });
});
