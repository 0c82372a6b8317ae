import {
  type EventName,
  events as eventSchemas,
  signals as signalSchemas,
} from '../../acl/events.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Share } from '../../db/connection/shares.ts';
import { type Hub, inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import {
  appendEvents,
  type Draft,
  type LockedNumbers,
  lockNumbers,
  StaleRead,
} from '../../db/log/append.ts';
import { isTokenStillLive } from '../../db/reading/identity/live-tokens.ts';
import { lockEpoch, lockHub, queueNextEpoch } from '../../db/rows/hubs/hubs.ts';
import { publishWhenCommitted } from '../events/after-commit.ts';
import type { Cut, Prolonged, Signal } from '../events/publication.ts';
import type { Publisher } from '../events/publisher.ts';
import type { Admitted, Gate } from './admission.ts';
import type { AnyCall } from './call.ts';
import type { CheckContract } from './check-contract.ts';
import { confirmWithRoundTrips } from './identity/confirmation.ts';
import { StaleCaller } from './identity/predictions.ts';

/** On whose behalf a transaction runs, and which events it may emit. */
export interface Authority {
  /** The method or the job. */
  name: string;
  hubId: string | null;
  events: readonly EventName[];
  /** The calls that it runs for, all of one hub and method; none: the system acts. */
  admissions: readonly Admitted[];
  /** The work leaves out the calls whose callers are not who was predicted. */
  leavesOutStale?: true;
}

/** The authority of calls of one method and hub. */
export function authorityOf(admissions: readonly [Admitted, ...Admitted[]]): Authority {
  const [{ registered, hub }] = admissions;
  const { name, spec } = registered;
  return { name, hubId: hub?.id ?? null, events: spec.events, admissions };
}

/** What the work in a transaction is given. */
export interface Unit
  extends Pick<
    AnyCall,
    'tx' | 'now' | 'emit' | 'lockHubWithNext' | 'signal' | 'confirm' | 'revoke' | 'prolong'
  > {
  hub: Hub | null;
  /** Those of the authority; after a repetition the renewed ones. */
  admissions: readonly Admitted[];
  /**
   * Reads the callers again that were predicted, with the next round trip at the latest; returns
   * which of the admissions hold.
   */
  confirmCallers(): Promise<boolean[]>;
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
  /** Reads callers and their rights again; absent where only the system acts. */
  gate?: Pick<Gate, 'admitAgain' | 'confirm'>;
}

export function createPerform(deps: PerformDependencies): Perform {
  const { pool, gate } = deps;
  return (authority, work) =>
    transact(
      pool,
      async (tx) => {
        try {
          return await runOnce(deps, tx, authority, work);
        } catch (error) {
          const [admitted, ...others] = authority.admissions;
          if (!(error instanceof StaleRead) || !admitted || others.length > 0 || !gate) throw error;
          await tx.undo();
          if (admitted.hub) await lockHub(inHub(tx, admitted.hub.id));
          const admissions = [await gate.admitAgain(tx, admitted)];
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
  const unit = createUnit(deps, tx, authority);
  const result = await work(unit).catch(async (error: unknown) => {
    // A refusal may be due to what the caller is no more.
    if (isRefusal(error)) await unit.refuseStale();
    throw error;
  });
  await unit.refuseStale();
  if (!unit.hasEmitted()) {
    const { hub, cuts, signals, prolonged } = unit;
    if (cuts.length > 0 || hasChanges(tx, admissions)) await unit.confirm();
    if (hub && cuts.length > 0) queueNextEpoch(hub);
    const changes = { events: [], signals, cuts, prolonged };
    publishWhenCommitted(deps, tx, { hubId: hubId ?? '', ...changes });
  }
  return result;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ServiceError && error.code !== 'UNAVAILABLE';

function createUnit(deps: PerformDependencies, tx: Transaction, authority: Authority) {
  const { admissions, hubId } = authority;
  const hub = hubId === null ? null : inHub(tx, hubId);
  const now = deps.clock();
  const state: UnitState = { now, signals: [], cuts: [], locksHub: false, hasEmitted: false };
  const { signals, cuts } = state;
  const prolonged: Prolonged[] = [];
  const isHubLocked = () => state.locksHub || state.hasEmitted;
  const confirmCallers = confirmWithRoundTrips(deps.gate, tx, admissions, isHubLocked);
  let isConfirmed = false;

  return {
    tx,
    hub,
    now,
    admissions,
    signals,
    cuts,
    prolonged,
    emit: createEmit(deps, authority, hub, state),
    hasEmitted: () => state.hasEmitted,
    signal(one: Signal) {
      deps.check(one.name, signalSchemas[one.name], one.data);
      signals.push(one);
    },
    revoke(cut: Cut) {
      if (state.hasEmitted)
        throw new Error(`${authority.name} revokes after emit, which raises the epoch`);
      cuts.push(cut);
    },
    prolong: (session: Prolonged) => void prolonged.push(session),
    /** Confirms once, however often it is called. */
    async confirm() {
      if (isConfirmed) return;
      isConfirmed = true;
      await confirmRights(tx, hub, admissions, cuts.length > 0);
    },
    confirmCallers,
    async refuseStale() {
      if (authority.leavesOutStale) return;
      const confirm = () => confirmCallers(state.hasEmitted);
      // A statement that was sent beside it may have failed, which its asker may expect.
      const holds = await confirm().catch(confirm);
      if (!holds.every(Boolean)) throw new StaleCaller();
    },
    lockHubWithNext(ownerIds: readonly string[] = []) {
      if (!hub) throw new Error(`${authority.name} has no hub to lock`);
      state.locksHub = true;
      tx.withNext('last', () => {
        state.locked = lockNumbers(hub, ownerIds);
        state.locked.streams.catch(() => {});
        state.locked.numbers.catch(() => {});
      });
    },
  };
}

/** What is collected while the work runs. */
interface UnitState {
  now: number;
  signals: Signal[];
  cuts: Cut[];
  /** The hub's row is locked ahead of `emit`, or will be with the next round trip. */
  locksHub: boolean;
  /** What is locked so. */
  locked?: LockedNumbers;
  hasEmitted: boolean;
}

function createEmit(
  deps: PerformDependencies,
  authority: Authority,
  hub: Hub | null,
  state: UnitState,
): Unit['emit'] {
  const { name, admissions } = authority;
  return async (...drafts) => {
    if (!hub) throw new Error(`${name} has no hub to emit in`);
    if (state.hasEmitted) throw new Error(`${name} emits twice; emit takes several events`);
    if (drafts.length === 0) return [];
    checkDrafts(deps.check, authority, drafts);
    state.hasEmitted = true;
    const { now, signals, cuts, locked } = state;
    const actorId = admissions[0]?.caller.userId ?? '';
    const events = await appendEvents(
      hub,
      drafts.map((draft) => ({ actorId, ...draft })),
      now,
      {
        admitted: (authority.leavesOutStale ? admissions.filter(isConfirmed) : admissions).map(
          (admitted) => admitted.hub?.epoch ?? 0,
        ),
        raiseEpoch: cuts.length > 0,
        locked,
      },
    );
    publishWhenCommitted(deps, hub, { hubId: hub.id, events, signals, cuts });
    return events;
  };
}

const isConfirmed = ({ prediction }: Admitted): boolean => prediction?.isConfirmed !== false;

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
