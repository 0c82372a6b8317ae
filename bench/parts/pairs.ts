import type { Bench } from '../contest.ts';
import { type Pids, sampleLoop } from '../measure/sample.ts';
import { type Seeded, text } from '../seed.ts';
import { type Hubchat, openCaller, openReceiver, type Target } from '../sides/hubchat.ts';
import { type Conversation, deliveries, measureConversations } from './conversations.ts';

let posts = 0;

/** Opens the pair of a caller: one user posts, the other one has a socket. */
export async function openPair(
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

/** The first message of two users makes their room, which is not what is measured. */
export async function firstPost(service: Hubchat, { hubId, users }: Seeded, pair: number) {
  const [author, receiver] = [users[2 * pair], users[2 * pair + 1]];
  const message = { entity_id: receiver?.id, message: text };
  await service.call('chat.post', message, { token: author?.token ?? '', hubId });
}

/** Measures callers who post again when their message is answered and delivered. */
export function measurePairs(
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
