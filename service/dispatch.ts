import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { isEchoKey } from '../acl/entities.ts';
import { ServiceError } from '../acl/errors.ts';
import { type EventName, events as eventSchemas } from '../acl/events.ts';
import { insertAudit } from '../db/audit.ts';
import type { Pool } from '../db/connect.ts';
import { newId } from '../db/ids.ts';
import { Outdated, raiseEpoch, record } from '../db/record.ts';
import { DatabaseUnavailable, type Hub, inHub, OutcomeUnknown, type Transaction, transact } from '../db/transaction.ts';
import type { Admitted, Gate, Request } from './admission.ts';
import { createBatcher } from './batcher.ts';
import type { Cut, Emission, Emitted } from './call.ts';
import type { Limits } from './limits.ts';
import { parseParams } from './params.ts';
import type { Publisher } from './publisher.ts';
import { type AnyApplied, type AnyBatched, type AnyCall, registry } from './registry.ts';
import { tellWhenCommitted } from './telling.ts';

export interface Dispatcher {
  /** One path for every call: admit, parse, run in a transaction, check the reply, commit, publish. Rejects with a ServiceError only. */
  call(request: Request): Promise<unknown>;
}

export interface Dependencies {
  pool: Pool;
  gate: Gate;
  publisher: Publisher;
  limits: Limits;
  /** The configured external issuer of JWTs. */
  issuer: string | undefined;
  /** Unix milliseconds. */
  clock: () => number;
  /** The share of replies and events that are checked against the contract. */
  checked: number;
  /** Told what should not have happened. */
  report: (error: unknown, method: string) => void;
}

/** How often a call is done anew because its outcome became doubtful, or its rights: of many who leave at once only one at a time is not outdated. */
const patience = { outcome: 6, rights: 100 };
const longestWaitMs = 40;
const batchSize = 64;

interface Waiting {
  admitted: Admitted;
  item: unknown;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

export function createDispatcher({
  pool,
  gate,
  publisher,
  limits,
  issuer,
  clock,
  checked,
  report,
}: Dependencies): Dispatcher {
  async function run(first: Admitted, input: unknown): Promise<unknown> {
    const isReplayable = isEchoKey((input as { echoId?: string }).echoId);
    let admitted = first;
    for (let attempt = 1; ; attempt++) {
      try {
        const { handler } = admitted.registered;
        return await (typeof handler === 'function'
          ? runAlone(handler, admitted, input)
          : runBatched(handler, admitted, input));
      } catch (error) {
        if (error instanceof Outdated && attempt < patience.rights) {
          // Apart from the others, so that they do not outdate each other for ever.
          await sleep(Math.random() * Math.min(2 * attempt, longestWaitMs));
          admitted = await gate.admitAgain(admitted);
        }
        // With a key a second run answers what the first one did, if it did: never a blind retry.
        else if (!(error instanceof OutcomeUnknown && isReplayable && attempt < patience.outcome)) throw error;
      }
    }
  }

  function runAlone(
    handler: (call: AnyCall) => Promise<unknown>,
    admitted: Admitted,
    input: unknown,
  ): Promise<unknown> {
    return transact(pool, async (tx) => {
      const now = clock();
      const hub = admitted.hub && inHub(tx, admitted.hub.id);
      const cuts: Cut[] = [];
      const { emit, hasEmitted } = emitter(tx, hub, [admitted], now, cuts);
      const call = {
        ...callOf(admitted, input, tx, hub, now),
        limits,
        issuer,
        emit,
        revoke: (cut: Cut) => void cuts.push(cut),
      };
      const reply = await handler(call as unknown as AnyCall);
      check(admitted.registered.name, admitted.registered.spec.output, reply);
      if (cuts.length > 0 && !hasEmitted()) {
        if (hub) raiseEpoch(hub);
        tx.whenSettled((outcome) => {
          if (outcome !== 'undone') publisher.publish({ hubId: hub?.id ?? '', events: [], cuts });
        });
      }
      return reply;
    });
  }

  async function runBatched(handler: AnyBatched, admitted: Admitted, input: unknown): Promise<unknown> {
    const { name, spec } = admitted.registered;
    const prepared = await transact(pool, (tx) => {
      const hub = admitted.hub && inHub(tx, admitted.hub.id);
      return handler.prepare(callOf(admitted, input, tx, hub, clock()) as unknown as AnyCall);
    });
    if ('reply' in prepared) {
      check(name, spec.output, prepared.reply);
      return prepared.reply;
    }
    return new Promise((resolve, reject) => {
      enqueue(`${name} ${admitted.hub?.id}`, { admitted, item: prepared.item, resolve, reject });
    });
  }

  const enqueue = createBatcher<Waiting>(async (_key, waiting) => {
    try {
      settle(waiting, await applyTogether(waiting));
    } catch (error) {
      const isShared = waiting.length === 1 || error instanceof OutcomeUnknown || error instanceof DatabaseUnavailable;
      if (isShared) for (const one of waiting) one.reject(error);
      // One of them spoils the batch: each alone, so that only that one fails.
      else for (const one of waiting) await applyTogether([one]).then((results) => settle([one], results), one.reject);
    }
  }, batchSize);

  function settle(waiting: readonly Waiting[], results: readonly AnyApplied[]): void {
    waiting.forEach((one, index) => {
      const result = results[index];
      if (!result) one.reject(new Error('a batch left an item out'));
      else if ('reply' in result) one.resolve(result.reply);
      else one.reject(new ServiceError(result.failure, result.details));
    });
  }

  function applyTogether(waiting: readonly Waiting[]): Promise<AnyApplied[]> {
    return transact(pool, async (tx) => {
      const admissions = waiting.map((one) => one.admitted);
      const [first] = admissions;
      if (!first?.hub) throw new Error('a batched method needs a hub');
      const { name, spec, handler } = first.registered;
      const now = clock();
      const hub = inHub(tx, first.hub.id);
      const { emit } = emitter(tx, hub, admissions, now, []);
      const items = waiting.map((one) => one.item);
      const results = await (handler as AnyBatched).apply({ hub, now, emit: emit as AnyCall['emit'] }, items);
      for (const result of results) if ('reply' in result) check(name, spec.output, result.reply);
      return results;
    });
  }

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
      for (const { name, data } of emissions) {
        if (!first.registered.spec.events.includes(name))
          throw new Error(`${first.registered.name} does not declare the event ${name}`);
        check(name, eventSchemas[name as EventName], data);
      }
      const drafts = emissions.map((emission) => ({ actorId: first.caller.userId ?? '', ...emission }));
      const epochs = admissions.map((admitted) => admitted.hub?.epoch ?? 0);
      const isFirst = !emitted;
      emitted = true;
      const events = await record(hub, drafts, now, {
        admitted: isFirst ? epochs : [],
        raiseEpoch: isFirst && cuts.length > 0,
      });
      tellWhenCommitted(tx, pool, publisher, hub.id, events, isFirst ? cuts : []);
      return events.map(({ seq, prev }) => ({ seq, prev }));
    };
    return { emit, hasEmitted: () => emitted };
  }

  function check(what: string, schema: z.ZodType, value: unknown): void {
    if (checked < 1 && Math.random() >= checked) return;
    const result = schema.safeParse(value);
    if (!result.success) throw new Error(`${what} does not keep to its contract: ${result.error.message}`);
  }

  /** Every use of the operator token leaves a trace, refused ones too. */
  async function audit(request: Request, hubId: string | undefined, outcome: string): Promise<void> {
    const { address } = request.origin;
    const entry = {
      id: newId(),
      hubId: hubId ?? null,
      actor: 'operator',
      method: request.method,
      outcome,
      address,
      createdMs: clock(),
    };
    await transact(pool, (tx) => insertAudit(tx, entry)).catch((error: unknown) => report(error, request.method));
  }

  return {
    async call(request) {
      const registered = registry.get(request.method);
      if (!registered) throw new ServiceError('METHOD_NOT_FOUND');
      if (request.readOnly && !registered.spec.safe) throw new ServiceError('METHOD_NOT_ALLOWED');
      let isOperator = false;
      let hubId: string | undefined;
      let outcome = 'ok';
      try {
        const { admitted, params } = await gate.admit(registered, request, (caller) => {
          isOperator = caller.kind === 'operator';
        });
        hubId = admitted.hub?.id;
        return await run(admitted, parseParams(registered.spec, params, request.mayMark));
      } catch (error) {
        const answer = asServiceError(error);
        outcome = answer.code;
        if (answer !== error) report(error, registered.name);
        throw answer;
      } finally {
        if (isOperator) await audit(request, hubId, outcome);
      }
    },
  };
}

function callOf(admitted: Admitted, input: unknown, tx: Transaction, hub: Hub | null, now: number) {
  const { caller, user, request } = admitted;
  const fail = (code: ServiceError['code'], ...details: string[]): never => {
    throw new ServiceError(code, details);
  };
  return { input, caller, origin: request.origin, now, tx, hub, user, fail };
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof OutcomeUnknown) return new ServiceError('UNAVAILABLE', ['outcome unknown']);
  if (error instanceof DatabaseUnavailable || error instanceof Outdated) return new ServiceError('UNAVAILABLE');
  return new ServiceError('INTERNAL_ERROR');
}
