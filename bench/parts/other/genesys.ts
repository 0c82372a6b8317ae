import type { Bench, Contest } from '../../contest.ts';
import { forEach, type Seeded, seedHub, text } from '../../seed.ts';
import { openPath, openReceiver, type Target } from '../../sides/hubchat.ts';
import { type Conversation, deliveries } from '../conversations.ts';
import { firstPost, measurePairs } from '../pairs.ts';

const pairs = 64;

/** Opens a pair: one user posts by the Genesys API, the other one has a native socket. */
async function openPair(
  target: Target,
  { hubId, users }: Seeded,
  caller: number,
): Promise<Conversation> {
  const [author, receiver] = [users[2 * caller], users[2 * caller + 1]];
  if (!author || !receiver) throw new Error('there are too few users');
  const delivered = deliveries();
  const socket = await openReceiver(target, receiver, hubId, () => delivered.note());
  const path = `/api/v2/chats/users/${receiver.id}/messages`;
  const sender = await openPath(target, path, author, hubId);
  const body = JSON.stringify({ message: text });
  return {
    delivered,
    async send() {
      await sender.call(body);
    },
    close() {
      socket.close();
      sender.close();
    },
  };
}

export async function genesysPart(bench: Bench): Promise<Contest[]> {
  const sides = [];
  for (const service of bench.services) {
    const seeded = await seedHub(service, 'genesys', 2 * pairs);
    await forEach(pairs, (n) => firstPost(service, seeded, n));
    sides.push({
      name: service.name,
      measure: () => measurePairs(bench, service.pid, pairs, (n) => openPair(service, seeded, n)),
    });
  }
  return [{ title: `post by Genesys, ${pairs} callers`, unit: 'posts/s', sides }];
}
