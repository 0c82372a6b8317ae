import { repeat, type Scenario } from '../scenario.ts';

/** Searches whose criteria take longer than they may. */
export const searches: Scenario = {
  name: 'searches',
  async prepare(_target, attacker) {
    const content = { letters: 'a'.repeat(60_000) };
    for (let sent = 0; sent < 20; sent++)
      await attacker.messaging.send({ to_ids: [attacker.id], content });
    const pattern = { $regex: `${'a'.repeat(190)}b.*c`, $options: 'i' };
    const criteria = { $or: Array.from({ length: 20 }, () => ({ 'content.letters': pattern })) };
    return (signal) => repeat(() => attacker.messaging.page({ criteria }), 24, signal);
  },
};
