import { repeat, type Scenario } from '../scenario.ts';

/** Forwards of 1,000 copies with as much text as they may have. */
export const forwards: Scenario = {
  name: 'forwards',
  // All copies are written in one transaction, and it holds the hub's row at its end: whatever else
  // changes the hub waits for it. So the longest wait is judged, and the percentile only printed.
  worstMs: 1000,
  async prepare({ mateId }, attacker) {
    const entities: string[] = [];
    for (let rooms = 0; rooms < 25; rooms++)
      entities.push((await attacker.room.create({ name: 'Room' })).entity_id);
    const messages: string[] = [];
    for (let posts = 0; posts < 40; posts++) {
      const message = 'x'.repeat(4100);
      messages.push((await attacker.chat.post({ entity_id: mateId, message })).message_id);
    }
    const forward = () => attacker.chat.forward({ entities, nodes: { messages } });
    return (signal) => repeat(forward, 4, signal);
  },
};
