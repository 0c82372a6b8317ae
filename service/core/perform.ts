import {
  type EventName,
  events as eventSchemas,
  signals as signalSchemas,
} from '../../acl/events.ts';
import type { Pool } from '../../db/connection/connect.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Share } from '../../db/connection/shares.ts';
import { type Hub, inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { appendEvents, type Draft, StaleRead } from '../../db/log/append.ts';
import { isTokenStillLive } from '../../db/reading/identity/live-tokens.ts';
import { lockEpoch, lockHub, queueNextEpoch } from '../../db/rows/hubs/hubs.ts';
import { publishWhenCommitted } from '../events/after-commit.ts';
import type { Cut, Signal } from '../events/publication.ts';
import type { Publisher } from '../events/publisher.ts';
import type { Admitted, Gate } from './admission.ts';
import type { AnyCall } from './call.ts';
import type { CheckContract } from './check-contract.ts';

/** On whose behalf a transaction runs, and which events it may emit. */
export interface Authority {
  /** The method or the job. */
  name: string;
  hubId: string | null;
  events: readonly EventName[];
  /** The calls that it runs for, all of one hub and method; none: the system acts. */
  admissions: readonly Admitted[];
}

/** The authority of calls of one method and hub. */
export function authorityOf(admissions: readonly [Admitted, ...Admitted[]]): Authority {
  const [{ registered, hub }] = admissions;
  const { name, spec } = registered;
  return { name, hubId: hub?.id ?? null, events: spec.events, admissions };
}

/** What the work in a transaction is given. */
export interface Unit
  extends Pick<AnyCall, 'tx' | 'now' | 'emit' | 'signal' | 'confirm' | 'revoke'> {
  hub: Hub | null;
  /** Those of the authority; after a repetition the renewed ones. */
  admissions: readonly Admitted[];
}

/**
 * Runs work in one transaction, and publishes what it emitted once the transaction has committed.
 * The work may run several times; only the effects of the last run stay.
 *
 * Fails with StaleRead when rights have changed since they were read. A single call is then
 * admitted again and repeated once in the same transaction. The locks are kept, and the hub's row
 * is locked before the repetition, so that no right can change again meanwhile.
 */
export type Perform = <T>(authority: Authority, work: (unit: Unit) => Promise<T>) => Promise<T>;

export interface PerformDependencies {
  pool: Pool;
  publisher: Publisher;
  /** Unix milliseconds. */
  clock: () => number;
  check: CheckContract;
  /** Reads a caller's rights again; absent where only the system acts. */
  admitAgain?: Gate['admitAgain'];
}

export function createPerform(deps: PerformDependencies): Perform {
  const { pool, admitAgain } = deps;
  return (authority, work) =>
    transact(
      pool,
      async (tx) => {
        try {
          return await runOnce(deps, tx, authority, work);
        } catch (error) {
          const [admitted, ...others] = authority.admissions;
          if (!(error instanceof StaleRead) || !admitted || others.length > 0 || !admitAgain)
            throw error;
          await tx.undo();
          if (admitted.hub) await lockHub(inHub(tx, admitted.hub.id));
          const admissions = [await admitAgain(tx, admitted)];
          return runOnce(deps, tx, { ...authority, admissions }, work);
        }
      },
      shareOf(authority),
    );
}

/** On whose behalf a call is made: of its user, its key or the operator, in its hub. */
export const ownerOf = ({ caller, hub }: Admitted): Owner => ({
  hubId: hub?.id ?? '',
  userId: caller.userId ?? caller.keyId ?? caller.kind,
});

/** Jobs have no share; calls that run together share that of their hub. */
function shareOf({ admissions: [first, ...others] }: Authority): Share | undefined {
  if (!first) return undefined;
  const owner = ownerOf(first);
  return others.length > 0 ? { ...owner, userId: '' } : owner;
}

async function runOnce<T>(
  deps: PerformDependencies,
  tx: Transaction,
  authority: Authority,
  work: (unit: Unit) => Promise<T>,
): Promise<T> {
  const { admissions, hubId } = authority;
  const now = deps.clock();
  const hub = hubId === null ? null : inHub(tx, hubId);
  const signals: Signal[] = [];
  const cuts: Cut[] = [];
  let hasEmitted = false;
  let isConfirmed = false;

  const emit: Unit['emit'] = async (...drafts) => {
    if (!hub) throw new Error(`${authority.name} has no hub to emit in`);
    if (hasEmitted) throw new Error(`${authority.name} emits twice; emit takes several events`);
    if (drafts.length === 0) return [];
    checkDrafts(deps.check, authority, drafts);
    hasEmitted = true;
    const actorId = admissions[0]?.caller.userId ?? '';
    const events = await appendEvents(
      hub,
      drafts.map((draft) => ({ actorId, ...draft })),
      now,
      {
        admitted: admissions.map((admitted) => admitted.hub?.epoch ?? 0),
        raiseEpoch: cuts.length > 0,
      },
    );
    publishWhenCommitted(deps, tx, { hubId: hub.id, events, signals, cuts });
    return events;
  };
  const signal: Unit['signal'] = (one) => {
    deps.check(one.name, signalSchemas[one.name], one.data);
    signals.push(one);
  };
  const revoke: Unit['revoke'] = (cut) => {
    if (hasEmitted) throw new Error(`${authority.name} revokes after emit, which raises the epoch`);
    cuts.push(cut);
  };

  const confirm: Unit['confirm'] = async () => {
    isConfirmed = true;
    await confirmRights(tx, hub, admissions, cuts.length > 0);
  };

  const result = await work({ tx, hub, now, admissions, emit, signal, confirm, revoke });
  if (!hasEmitted) {
    if (!isConfirmed && (cuts.length > 0 || hasChanges(tx, admissions))) await confirm();
    if (hub && cuts.length > 0) queueNextEpoch(hub);
    publishWhenCommitted(deps, tx, { hubId: hubId ?? '', events: [], signals, cuts });
  }
  return result;
}

/** Whether a call has written anything but how far its caller has read. */
const hasChanges = (tx: Transaction, admissions: readonly Admitted[]): boolean =>
  tx.hasWrites() && admissions.some(({ registered }) => !registered.spec.safe);

/**
 * Does for calls that emit nothing what `emit` does: throws StaleRead when rights have changed
 * since they were read, and lets nobody take them before the transaction ends. Of a call outside
 * hubs only its token can end.
 */
async function confirmRights(
  tx: Transaction,
  hub: Hub | null,
  admissions: readonly Admitted[],
  raises: boolean,
): Promise<void> {
  if (hub) {
    const isUnchanged = admissions.length === 0 || (await isEpochStill(hub, admissions, raises));
    if (!isUnchanged) throw new StaleRead();
    return;
  }
  for (const { registered, caller } of admissions)
    if (registered.spec.by !== 'anyone' && caller.kind !== 'operator')
      if (!(await isTokenStillLive(tx, caller))) throw new StaleRead();
}

async function isEpochStill(
  hub: Hub,
  admissions: readonly Admitted[],
  raises: boolean,
): Promise<boolean> {
  const epoch = await lockEpoch(hub, { raises });
  return admissions.every((admitted) => admitted.hub?.epoch === epoch);
}

function checkDrafts(check: CheckContract, authority: Authority, drafts: readonly Draft[]): void {
  for (const { name, data } of drafts) {
    if (!authority.events.includes(name))
      throw new Error(`${authority.name} does not declare the event ${name}`);
    check(name, eventSchemas[name], data);
  }
}
