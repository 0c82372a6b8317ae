import { CallError, type Client } from '../../client/index.ts';
import { createUsers, type ImportHub, lastSeq, listRooms, openHub, type Target } from './hub.ts';
import { byDay, type Line } from './lines.ts';
import { type Plan, planDay, type Step } from './plan.ts';
import { type Progress, progressInHistory, progressInLog, readLog } from './progress.ts';
import { forEach } from './retry.ts';

/** Reports how many of all steps are done. */
export type OnProgress = (done: number, total: number) => void;

interface Count {
  created: number;
  existing: number;
}

export interface Report {
  hubId: string;
  users: Count;
  rooms: Count;
  messages: Count;
  /** Replies among the messages that were created. */
  threads: number;
  /** Users who joined, who were added because they posted, and who left. */
  joined: number;
  added: number;
  left: number;
  /** Replies to missing messages, which were posted as ordinary messages. */
  orphans: number;
  /** Number of lines without effect, by reason. */
  skipped: Record<string, number>;
  /** The number of the hub's last event; unchanged if there was nothing to import. */
  seq: { before: number; after: number };
  /** Duration of the posting, without the preparation. */
  seconds: number;
}

/** How many steps ahead users are signed in, so that the room does not wait for it. */
const signInAhead = 4;

/**
 * Imports lines into a hub. What was imported before is not imported again, so an import that was
 * interrupted can be continued.
 */
export async function importLines(
  lines: readonly Line[],
  target: Target,
  onProgress: OnProgress = () => {},
): Promise<Report> {
  const days = [...byDay(lines)].map(([day, ofDay]) => ({ day, ...planDay(day, ofDay) }));
  const nicknames = new Set(lines.map((line) => line.author));
  const total = nicknames.size + days.reduce((sum, { steps }) => sum + steps.length, 0);
  let count = 0;
  const advance = (by = 1) => {
    count += by;
    onProgress(count, total);
  };

  const hub = await openHub(target);
  const report = newReport(hub.id, await lastSeq(hub));
  report.users.existing = [...nicknames].filter((nickname) => hub.users.has(nickname)).length;
  advance(report.users.existing);
  report.users.created = await createUsers(hub, nicknames, target, advance);
  const rooms = await listRooms(hub);
  const log = await readLog(hub);
  const started = performance.now();
  await forEach(days, target.concurrency, (day, signal) =>
    new DayImport({ hub, rooms, log, report, advance }, day).run(signal),
  );
  report.seconds = (performance.now() - started) / 1000;
  report.seq.after = await lastSeq(hub);
  return report;
}

const newReport = (hubId: string, seq: number): Report => ({
  hubId,
  users: { created: 0, existing: 0 },
  rooms: { created: 0, existing: 0 },
  messages: { created: 0, existing: 0 },
  threads: 0,
  joined: 0,
  added: 0,
  left: 0,
  orphans: 0,
  skipped: {},
  seq: { before: seq, after: seq },
  seconds: 0,
});

/** What the imports of all days share. */
interface Shared {
  hub: ImportHub;
  /** Ids of existing rooms by day. */
  rooms: Map<string, string>;
  log: Awaited<ReturnType<typeof readLog>>;
  report: Report;
  advance: (by?: number) => void;
}

/** Imports a day into its room, one step after the other: calls decide the order in a room. */
class DayImport {
  readonly #shared: Shared;
  readonly #day: string;
  readonly #plan: Plan;
  #roomId = '';
  /** Ids of the day's messages by line. */
  #messages = new Map<number, string>();

  constructor(shared: Shared, { day, ...plan }: Plan & { day: string }) {
    this.#shared = shared;
    this.#day = day;
    this.#plan = plan;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { report, advance } = this.#shared;
    const { steps, skipped } = this.#plan;
    for (const [reason, times] of Object.entries(skipped))
      report.skipped[reason] = (report.skipped[reason] ?? 0) + times;
    this.#roomId = await this.#openRoom();
    const { done, messages } = await this.#readProgress();
    this.#messages = messages;
    report.messages.existing += steps.slice(0, done).filter(({ act }) => act === 'post').length;
    advance(done);
    for (let index = done; index < steps.length; index++) {
      signal.throwIfAborted();
      const ahead = steps[index + signInAhead];
      // If this fails, the step itself fails in the same way.
      if (ahead && ahead.act !== 'add') this.#clientOf(ahead.nickname).catch(() => {});
      await this.#execute(steps[index]!);
      advance();
    }
  }

  async #openRoom(): Promise<string> {
    const { hub, rooms, report } = this.#shared;
    const existing = rooms.get(this.#day);
    report.rooms[existing === undefined ? 'created' : 'existing'] += 1;
    if (existing !== undefined) return existing;
    const room = { name: this.#day, echoId: `irc-${this.#day}` };
    return (await hub.importer.client.room.create(room)).entity_id;
  }

  async #readProgress(): Promise<Progress> {
    const { hub, log } = this.#shared;
    const { steps } = this.#plan;
    if (log) return progressInLog(steps, log.get(this.#roomId) ?? [], hub.users);
    return progressInHistory(hub.importer.client, this.#roomId, steps, hub.users);
  }

  #userOf = (nickname: string): string => this.#shared.hub.users.get(nickname) ?? '';

  #clientOf(nickname: string): Promise<Client> {
    return this.#shared.hub.clientOf(this.#userOf(nickname));
  }

  async #execute(step: Step): Promise<void> {
    const { hub, report } = this.#shared;
    if (step.act === 'add') {
      const user_ids = step.nicknames.map(this.#userOf);
      await hub.importer.client.room.add({ entity_id: this.#roomId, user_ids });
      report.joined += step.joined;
      report.added += step.nicknames.length - step.joined;
    } else if (step.act === 'leave') {
      const { nickname } = step;
      await leave(await this.#clientOf(nickname), this.#roomId, this.#userOf(nickname));
      report.left += 1;
    } else await this.#post(step);
  }

  async #post(step: Extract<Step, { act: 'post' }>): Promise<void> {
    const { report } = this.#shared;
    const parent = step.replyTo === undefined ? undefined : this.#messages.get(step.replyTo);
    const message = { entity_id: this.#roomId, message: step.text, echoId: step.echoId };
    const posted = await post(await this.#clientOf(step.nickname), message, parent);
    this.#messages.set(step.line, posted.message_id);
    report.messages.created += 1;
    if (posted.thread_id !== null) report.threads += 1;
    else if (step.replyTo !== undefined) report.orphans += 1;
  }
}

async function post(
  client: Client,
  message: { entity_id: string; message: string; echoId: string },
  parent: string | undefined,
) {
  if (parent === undefined) return client.chat.post(message);
  return client.chat.post({ ...message, thread_id: parent }).catch((error: unknown) => {
    const isDeleted = error instanceof CallError && error.code === 'INVALID_THREAD';
    if (isDeleted) return client.chat.post(message);
    throw error;
  });
}

async function leave(client: Client, roomId: string, userId: string): Promise<void> {
  await client.room.remove({ entity_id: roomId, user_id: userId }).catch((error: unknown) => {
    // An earlier attempt succeeded although its reply was lost.
    if (!(error instanceof CallError && error.code === 'ROOM_NOT_FOUND')) throw error;
  });
}
