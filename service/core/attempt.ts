import type { z } from 'zod';
import {
  type EventName,
  events as eventSchemas,
  signals as signalSchemas,
} from '../../acl/events.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { type Hub, inHub, type Transaction } from '../../db/connection/transaction.ts';
import { holdHub, Outdated, raiseEpoch, record } from '../../db/log/append.ts';
import { tellWhenCommitted } from '../events/after-commit.ts';
import type { Publisher } from '../events/publisher.ts';
import type { AnyApplied, AnyBatched, AnyCall, AnyPrepared } from '../methods/index.ts';
import type { Admitted, Gate } from './admission.ts';
import type { Cut, Emission, Emitted, Signal } from './call.ts';
import type { Limits } from './limits.ts';
import type { Seal } from './secrets.ts';

export interface AttemptDependencies {
  pool: Pool;
  gate: Gate;
  publisher: Publisher;
  limits: Limits;
  seal: Seal;
  /** The configured external issuer of JWTs. */
  issuer: string | undefined;
  /** Unix milliseconds. */
  clock: () => number;
  /** The share of replies and events that are checked against the contract. */
  checked: number;
}

/** What happens inside the transaction of one attempt at a call. */
export interface Attempts {
  /**
   * Do work; when it proves outdated, take it back and do it once more, admitted anew. The locks stay and the hub's row is held
   * from then on, so that no right can change again meanwhile.
   */
  upToDate<T>(
    tx: Transaction,
    admitted: Admitted,
    work: (admitted: Admitted) => Promise<T>,
  ): Promise<T>;
  runHandler(
    tx: Transaction,
    handler: (call: AnyCall) => Promise<unknown>,
    admitted: Admitted,
    input: unknown,
  ): Promise<unknown>;
  prepare(
    tx: Transaction,
    handler: AnyBatched,
    admitted: Admitted,
    input: unknown,
  ): Promise<AnyPrepared>;
  apply(
    tx: Transaction,
    handler: AnyBatched,
    admissions: readonly Admitted[],
    items: readonly unknown[],
  ): Promise<AnyApplied[]>;
}

export function createAttempts({
  pool,
  gate,
  publisher,
  limits,
  seal,
  issuer,
  clock,
  checked,
}: AttemptDependencies): Attempts {
  function emitter(
    tx: Transaction,
    hub: Hub | null,
    admissions: readonly Admitted[],
    now: number,
    cuts: readonly Cut[],
  ) {
    let emitted = false;
    const emit = async (...emissions: Emission[]): Promise<Emitted[]> => {
      const [first] = admissions;
      if (!hub || !first) throw new Error('there is no hub to emit in');
      if (emissions.length === 0) return [];
      const { name: method, spec } = first.registered;
      for (const { name, data } of emissions) {
        if (!spec.events.includes(name))
          throw new Error(`${method} does not declare the event ${name}`);
        check(name, eventSchemas[name as EventName], data);
      }
      const drafts = emissions.map((emission) => ({
        actorId: first.caller.userId ?? '',
        ...emission,
      }));
      const epochs = admissions.map((admitted) => admitted.hub?.epoch ?? 0);
      const isFirst = !emitted;
      emitted = true;
      const options = { admitted: isFirst ? epochs : [], raiseEpoch: isFirst && cuts.length > 0 };
      const events = await record(hub, drafts, now, options);
      tellWhenCommitted(tx, pool, publisher, hub.id, events, isFirst ? cuts : []);
      return events.map(({ seq, prev }) => ({ seq, prev }));
    };
    return { emit, hasEmitted: () => emitted };
  }

  function check(what: string, schema: z.ZodType, value: unknown): void {
    if (checked < 1 && Math.random() >= checked) return;
    const result = schema.safeParse(value);
    if (!result.success)
      throw new Error(`${what} does not keep to its contract: ${result.error.message}`);
  }

  function callOf(
    admitted: Admitted,
    input: unknown,
    tx: Transaction,
    hub: Hub | null,
    now: number,
  ) {
    const { caller, user, request } = admitted;
    const fail = (code: ServiceError['code'], ...details: string[]): never => {
      throw new ServiceError(code, details);
    };
    return {
      input,
      caller,
      origin: request.origin,
      now,
      tx,
      hub,
      user,
      limits,
      seal,
      issuer,
      fail,
    };
  }

  return {
    async upToDate(tx, admitted, work) {
      try {
        return await work(admitted);
      } catch (error) {
        if (!(error instanceof Outdated)) throw error;
        await tx.undo();
        if (admitted.hub) await holdHub(inHub(tx, admitted.hub.id));
        return work(await gate.admitAgain(tx, admitted));
      }
    },

    async runHandler(tx, handler, admitted, input) {
      const now = clock();
      const hub = hubOf(tx, admitted);
      const cuts: Cut[] = [];
      const signals: Signal[] = [];
      const { emit, hasEmitted } = emitter(tx, hub, [admitted], now, cuts);
      const revoke = (cut: Cut) => void cuts.push(cut);
      const tell = (signal: Signal) => {
        check(signal.name, signalSchemas[signal.name], signal.data);
        signals.push(signal);
      };
      const call = { ...callOf(admitted, input, tx, hub, now), emit, tell, revoke };
      // The registry has joined this handler to this spec: what its scope promises is there.
      const reply = await handler(call as unknown as AnyCall);
      check(admitted.registered.name, admitted.registered.spec.output, reply);
      if (cuts.length > 0 && !hasEmitted()) {
        if (hub) raiseEpoch(hub);
        tx.whenSettled((outcome) => {
          if (outcome !== 'undone') publisher.publish({ hubId: hub?.id ?? '', events: [], cuts });
        });
      }
      if (signals.length > 0)
        tx.whenSettled((outcome) => {
          if (outcome === 'committed')
            publisher.publish({ hubId: hub?.id ?? '', events: [], cuts: [], signals });
        });
      return reply;
    },

    async prepare(tx, handler, admitted, input) {
      const prepared = await handler.prepare(
        callOf(admitted, input, tx, hubOf(tx, admitted), clock()) as unknown as AnyCall,
      );
      if ('reply' in prepared)
        check(admitted.registered.name, admitted.registered.spec.output, prepared.reply);
      return prepared;
    },

    async apply(tx, handler, admissions, items) {
      const [first] = admissions;
      const hub = first ? hubOf(tx, first) : null;
      if (!hub || !first) throw new Error('a batched method needs a hub');
      const now = clock();
      const { emit } = emitter(tx, hub, admissions, now, []);
      const results = await handler.apply({ hub, now, emit: emit as AnyCall['emit'] }, items);
      for (const result of results)
        if ('reply' in result)
          check(first.registered.name, first.registered.spec.output, result.reply);
      return results;
    },
  };
}

const hubOf = (tx: Transaction, admitted: Admitted): Hub | null =>
  admitted.hub && inHub(tx, admitted.hub.id);
