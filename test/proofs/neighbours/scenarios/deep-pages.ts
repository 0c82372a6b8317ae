import { copyMessage } from '../../../support/copies.ts';
import { repeat, type Scenario } from '../scenario.ts';

/** Numbered pages at the end of a long history. */
export const deepPages: Scenario = {
  name: 'deep-pages',
  async prepare({ pool }, attacker) {
    const { entity_id } = await attacker.room.create({ name: 'Long' });
    const posted = await attacker.chat.post({ entity_id, message: 'Again' });
    let last = posted;
    for (let copied = 0; copied < 30_000; copied += 5_000) {
      await copyMessage(pool, last, 5_000);
      last = { ...last, ordinal: last.ordinal + 5_000, seq: last.seq + 5_000 };
    }
    let calls = 0;
    const page = () => attacker.chat.messages({ entity_id, page: calls++ % 2 ? 600 : 220 });
    return (signal) => repeat(page, 16, signal);
  },
};
