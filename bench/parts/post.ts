import type { Bench, Contest, Side } from '../contest.ts';
import { type Pids, sampleLoop } from '../measure/sample.ts';
import { forEach, type Seeded, seedHub, seedRoom, text } from '../seed.ts';
import { type Hubchat, openCaller, openReceiver, type Target } from '../sides/hubchat.ts';
import { type Conversation, deliveries, measureConversations } from './conversations.ts';
import { ejabberdOf, openEjabberdPair } from './ejabberd-pairs.ts';
import { floorOf } from './floor-of.ts';

const pairs = 64;
let posts = 0;

/** Opens the pair of a caller: one user posts, the other one has a socket. */
async function openPair(
  target: Target,
  { hubId, users }: Seeded,
  caller: number,
  room?: string,
): Promise<Conversation> {
  const [author, receiver] = [users[2 * caller], users[2 * caller + 1]];
  if (!author || !receiver) throw new Error('there are too few users');
  // In a common room each receiver gets all messages, and waits for its own.
  const mark = `"message":"${caller}: `;
  const delivered = deliveries();
  const socket = await openReceiver(target, receiver, hubId, (packet) => {
    if (room === undefined || packet.includes(mark)) delivered.note();
  });
  const sender = await openCaller(target, 'chat.post', author, hubId);
  const fixed = { entity_id: room ?? receiver.id, message: `${caller}: ${text}` };
  return {
    delivered,
    async send() {
      await sender.call(JSON.stringify({ ...fixed, echoId: `bench-${++posts}` }));
    },
    close() {
      socket.close();
      sender.close();
    },
  };
}

interface Seeding {
  target: Target;
  seeded: Seeded;
  room: string | undefined;
}

/** The first message of two users makes their room, which is not what is measured. */
async function firstPost(service: Hubchat, { hubId, users }: Seeded, pair: number) {
  const [author, receiver] = [users[2 * pair], users[2 * pair + 1]];
  const message = { entity_id: receiver?.id, message: text };
  await service.call('chat.post', message, { token: author?.token ?? '', hubId });
}

/** Posts that are answered and delivered: to many rooms, by one caller, and all to one room. */
export async function postPart(bench: Bench): Promise<Contest[]> {
  const seedings: Seeding[] = [];
  for (const service of bench.services) {
    const seeded = await seedHub(service, 'posts', 2 * pairs);
    await forEach(pairs, (n) => firstPost(service, seeded, n));
    seedings.push({ target: service, seeded, room: await seedRoom(service, seeded, 'Common') });
  }
  const floor = await floorOf(bench);
  seedings.push({ target: floor, seeded: floor, room: undefined });
  const ejabberd = await ejabberdOf(bench, 2 * pairs);

  const sideOf = ({ target, seeded }: Seeding, callers: number, room?: string): Side => ({
    name: target.name,
    measure: () => measure(bench, target.pid, callers, (n) => openPair(target, seeded, n, room)),
  });
  const contest = (title: string, callers: number): Contest => ({
    title,
    unit: 'posts/s',
    sides: [
      ...seedings.map((seeding) => sideOf(seeding, callers)),
      ...(ejabberd
        ? [
            {
              name: 'ejabberd',
              measure: () =>
                measure(bench, ejabberd.pid, callers, (n) => openEjabberdPair(ejabberd, n, text)),
            },
          ]
        : []),
    ],
  });
  const rooms = seedings.filter(({ room }) => room !== undefined);
  return [
    contest('post, 64 callers', pairs),
    contest('post, 1 caller', 1),
    {
      title: 'post, 64 callers, one room',
      unit: 'posts/s',
      sides: rooms.map((seeding) => sideOf(seeding, pairs, seeding.room)),
    },
  ];
}

function measure(
  { options, database }: Bench,
  pid: number,
  callers: number,
  open: (caller: number) => Promise<Conversation>,
) {
  const pids: Pids = { service: pid, database: database.pid };
  return measureConversations(callers, open, (work) =>
    sampleLoop({ ...options, callers, work }, pids),
  );
}
