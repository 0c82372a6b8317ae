import { setTimeout as sleep } from 'node:timers/promises';
import { picture } from '../../support/files.ts';
import { audit } from './audit.ts';
import { type Counts, openLedger } from './ledger.ts';
import { listen } from './listener.ts';
import { pick, type Random, randomOf, startLoad } from './load.ts';
import { startVictim, type Target, type Victim } from './victim.ts';

export interface CrashOptions {
  kills: number;
  seed: number;
  /** Kills between two audits. */
  auditEvery: number;
  say?: (line: string) => void;
}

export interface Summary {
  kills: Record<Target, number>;
  /** The number of kills during a start or a shutdown. */
  unready: number;
  audits: number;
  posts: { made: number; unknown: number; deleted: number };
  files: number;
  /** Events that a socket missed. */
  gaps: number;
  /** Errors logged by the service, with their number. */
  logged: Record<string, number>;
  counts: Counts;
}

/** Between two kills: the maximum number of completed calls, and the maximum time in ms. */
const mostCalls = 160;
const workAtMostMs = 3000;
const targets: readonly Target[] = ['service', 'service', 'database', 'database', 'both'];

/**
 * Repeatedly kills the service, its database or both under load, and audits the result. Rejects
 * with the differences.
 */
export async function crash({
  kills,
  seed,
  auditEvery,
  say = () => {},
}: CrashOptions): Promise<Summary> {
  await using victim = await startVictim();
  const ledger = await openLedger(victim);
  const photo = await picture(400, 300).jpeg().toBuffer();
  const listeners = ledger.people.map((person) => listen(victim, person));
  using _ = {
    [Symbol.dispose]() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
  const random = randomOf(seed);
  const summary: Summary = {
    kills: { service: 0, database: 0, both: 0 },
    unready: 0,
    audits: 0,
    posts: { made: 0, unknown: 0, deleted: 0 },
    files: 0,
    gaps: 0,
    logged: {},
    counts: ledger.counts,
  };
  const load = startLoad(ledger, seed, photo);
  const check = async () => {
    await load.pause();
    const unknown = ledger.sent.filter(({ outcome }) => outcome === 'unknown');
    await audit(ledger, listeners, photo);
    summary.audits += 1;
    summary.posts.unknown += unknown.filter(({ outcome }) => outcome === 'made').length;
  };

  for (let done = 0; done < kills; ) {
    await Promise.race([load.failed, work(ledger.counts, random() * mostCalls)]);
    const rounds = random() < 0.2 ? 2 : 1;
    const url = victim.url;
    const before = { ...summary.kills };
    for (let round = 0; round < rounds && done < kills; round++) {
      const killed = await kill(victim, pick(random, targets) ?? 'both', random);
      if (killed) {
        summary.kills[killed] += 1;
        summary.unready += round;
        done += 1;
      }
      // The next kill is during the start.
      if (round + 1 < rounds && done < kills) {
        victim.revive().catch(() => {});
        await sleep(random() * 1500);
      }
    }
    await Promise.race([load.failed, victim.revive()]);
    if (
      summary.kills.service === before.service &&
      summary.kills.both === before.both &&
      victim.url !== url
    )
      throw new Error('the service fell with its database');
    for (const listener of listeners) listener.reconnect();
    if (done >= (summary.audits + 1) * auditEvery || done >= kills) {
      await check();
      const { answered, unanswered } = ledger.counts;
      say(`${done} kills: ${answered} calls with a reply, ${unanswered} without`);
      load.resume();
    }
  }
  await load.pause();
  summary.posts.made = ledger.sent.filter(({ id }) => id).length;
  summary.posts.deleted = ledger.sent.filter(({ deleted }) => deleted === 'yes').length;
  summary.files = ledger.files.size;
  summary.gaps = listeners.reduce((sum, { gaps }) => sum + gaps, 0);
  for (const line of victim.log) {
    const kind = kindOf(line);
    summary.logged[kind] = (summary.logged[kind] ?? 0) + 1;
  }
  return summary;
}

async function work(counts: Counts, calls: number): Promise<void> {
  const goal = counts.answered + calls;
  for (const end = Date.now() + workAtMostMs; counts.answered < goal && Date.now() < end; )
    await sleep(1);
}

function kindOf(line: string): string {
  try {
    const { where, err } = JSON.parse(line) as { where?: string; err?: { message?: string } };
    return `${where}: ${err?.message}`;
  } catch {
    return line;
  }
}

/**
 * Kills both at once, or the database slightly later, during its shutdown after the service died.
 */
async function kill(victim: Victim, target: Target, random: Random): Promise<Target | undefined> {
  if (target !== 'both' || random() < 0.5) return victim.kill(target);
  const service = await victim.kill('service');
  await sleep(random() * 100);
  const database = await victim.kill('database');
  return service && database ? 'both' : (service ?? database);
}
