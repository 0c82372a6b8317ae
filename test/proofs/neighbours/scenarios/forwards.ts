import { repeat, type Scenario } from '../bench.ts';

/** Forwards of 1,000 copies with as much text as they may have. */
export const forwards: Scenario = {
  name: 'forwards',
  worstMs: 1000,
  async prepare(_bench, attacker, mate) {
    const entities: string[] = [];
    for (let rooms = 0; rooms < 25; rooms++)
      entities.push((await attacker.room.create({ name: 'Room' })).entity_id);
    const messages: string[] = [];
    for (let posts = 0; posts < 40; posts++) {
      const message = 'x'.repeat(4100);
      messages.push((await attacker.chat.post({ entity_id: mate.id, message })).message_id);
    }
    const forward = () => attacker.chat.forward({ entities, nodes: { messages } });
    return (signal) => repeat(forward, 4, signal);
  },
};
