import { CallError, type Client } from '../../client/index.ts';
import { type ImportHub, lastSeq, listRooms, makeUsers, openHub, type Target } from './hub.ts';
import { byDay, type Line } from './lines.ts';
import { planDay, type Step } from './plan.ts';
import { type Progress, progressInHistory, progressInLog, readLog } from './progress.ts';
import { forEach } from './retry.ts';

/** Told as work is done: steps of all that the file asks for. */
export type OnProgress = (done: number, total: number) => void;

export interface Report {
  hubId: string;
  users: { made: number; there: number };
  rooms: { made: number; there: number };
  messages: { made: number; there: number };
  /** Of the messages made: replies. */
  threads: number;
  /** Those who joined, those added because they spoke, those who left. */
  joined: number;
  added: number;
  left: number;
  /** Replies whose message is not there, posted without it. */
  orphans: number;
  /** Lines for which nothing was done, by reason. */
  skipped: Record<string, number>;
  /** Events that the hub has had: the same before and after when there was nothing to do. */
  seq: { before: number; after: number };
  /** Of posting: what came before it is not in. */
  seconds: number;
}

/** Sign in who speaks soon, so that the room need not wait for it. */
const lookAhead = 4;

/** Bring a hub to where the file says: done again it adds nothing, cut short it goes on where it stopped. */
export async function importLines(
  lines: readonly Line[],
  target: Target,
  onProgress: OnProgress = () => {},
): Promise<Report> {
  const { concurrency } = target;
  const days = [...byDay(lines)].map(([day, its]) => ({ day, ...planDay(day, its) }));
  const nicknames = new Set(lines.map((line) => line.author));
  const total = nicknames.size + days.reduce((sum, { steps }) => sum + steps.length, 0);
  let count = 0;
  const advance = (by = 1) => {
    count += by;
    onProgress(count, total);
  };

  const hub = await openHub(target);
  const before = await lastSeq(hub);
  const there = [...nicknames].filter((nickname) => hub.users.has(nickname)).length;
  advance(there);
  const usersMade = await makeUsers(hub, nicknames, target, advance);
  const rooms = await listRooms(hub);
  const log = await readLog(hub);
  const report: Report = {
    hubId: hub.id,
    users: { made: usersMade, there },
    rooms: { made: 0, there: 0 },
    messages: { made: 0, there: 0 },
    ...{ threads: 0, joined: 0, added: 0, left: 0, orphans: 0 },
    skipped: {},
    seq: { before, after: before },
    seconds: 0,
  };
  const started = performance.now();
  await forEach(days, concurrency, async ({ day, steps, skipped }, ended) => {
    for (const [reason, times] of Object.entries(skipped))
      report.skipped[reason] = (report.skipped[reason] ?? 0) + times;
    report.rooms[rooms.has(day) ? 'there' : 'made'] += 1;
    // The same key again answers the same room.
    const roomId =
      rooms.get(day) ??
      (await hub.importer.client.room.create({ name: day, echoId: `irc-${day}` })).entity_id;
    const progress = log
      ? progressInLog(steps, log.get(roomId) ?? [], hub.users)
      : await progressInHistory(hub.importer.client, roomId, steps, hub.users);
    report.messages.there += steps
      .slice(0, progress.done)
      .filter(({ act }) => act === 'post').length;
    advance(progress.done);
    await goOn(hub, roomId, steps, progress, report, { ended, advance });
  });
  report.seconds = (performance.now() - started) / 1000;
  report.seq.after = await lastSeq(hub);
  return report;
}

/** Do the steps that are left of a day, one after the other: a room's order is the order of its calls. */
async function goOn(
  hub: ImportHub,
  roomId: string,
  steps: readonly Step[],
  { done, messages }: Progress,
  report: Report,
  { ended, advance }: { ended: AbortSignal; advance: () => void },
): Promise<void> {
  const clientOf = (step: Step): Promise<Client> => hub.as(hub.users.get(step.nickname) ?? '');
  for (let index = done; index < steps.length; index++) {
    ended.throwIfAborted();
    const step = steps[index]!;
    const soon = steps[index + lookAhead];
    // A failure is met again when it is that step's turn.
    if (soon && soon.act !== 'add') clientOf(soon).catch(() => {});
    if (step.act === 'add') {
      await hub.importer.client.room.add({
        entity_id: roomId,
        user_id: hub.users.get(step.nickname),
      });
      report[step.spoke ? 'added' : 'joined'] += 1;
    } else if (step.act === 'leave') {
      await leave(await clientOf(step), roomId, hub.users.get(step.nickname) ?? '');
      report.left += 1;
    } else {
      const parent = step.replyTo === undefined ? undefined : messages.get(step.replyTo);
      const reply = await post(await clientOf(step), roomId, step, parent);
      messages.set(step.line, reply.message_id);
      report.messages.made += 1;
      if (reply.thread_id !== null) report.threads += 1;
      else if (step.replyTo !== undefined) report.orphans += 1;
    }
    advance();
  }
}

async function post(
  client: Client,
  roomId: string,
  step: Extract<Step, { act: 'post' }>,
  parent: string | undefined,
) {
  const message = { entity_id: roomId, message: step.text, echoId: step.echoId };
  if (parent === undefined) return client.chat.post(message);
  return client.chat.post({ ...message, thread_id: parent }).catch((error: unknown) => {
    // It was deleted since.
    if (error instanceof CallError && error.code === 'INVALID_THREAD')
      return client.chat.post(message);
    throw error;
  });
}

async function leave(client: Client, roomId: string, userId: string): Promise<void> {
  await client.room.remove({ entity_id: roomId, user_id: userId }).catch((error: unknown) => {
    // An attempt whose reply was lost has let him out already.
    if (!(error instanceof CallError && error.code === 'ROOM_NOT_FOUND')) throw error;
  });
}
