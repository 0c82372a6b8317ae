import { ServiceError } from '../../acl/language/errors.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Limits } from '../limits/limits.ts';
import type { Seal } from '../secrets/seal.ts';
import type { Admitted } from './admission.ts';
import type { AnyApplied, AnyBatchedHandler, AnyCall } from './call.ts';
import type { CheckContract } from './check-contract.ts';
import type { Unit } from './perform.ts';

export interface HandleDependencies {
  limits: Limits;
  seal: Seal;
  /** The configured external issuer of JWTs. */
  issuer: string | undefined;
  check: CheckContract;
}

/** Runs handlers inside a transaction, and checks that their replies keep to the contract. */
export interface Handle {
  run(unit: Unit, handler: (call: AnyCall) => Promise<unknown>, input: unknown): Promise<unknown>;
  prepare(
    unit: Unit,
    handler: AnyBatchedHandler,
    input: unknown,
  ): ReturnType<AnyBatchedHandler['prepare']>;
  /** Applies one item for each of the unit's calls. */
  apply(unit: Unit, handler: AnyBatchedHandler, items: readonly unknown[]): Promise<AnyApplied[]>;
}

export function createHandle({ limits, seal, issuer, check }: HandleDependencies): Handle {
  function callOf(unit: Unit, input: unknown): AnyCall {
    const { tx, now, emit, signal, confirm, revoke } = unit;
    const { caller, user, credentials, bill } = firstOf(unit);
    return {
      // The registry pairs the handler with the declaration that the input was parsed by.
      input: input as never,
      caller,
      origin: credentials.origin,
      now,
      tx,
      hub: unit.hub as Hub,
      user,
      limits,
      bill,
      seal,
      issuer,
      fail(code, ...details) {
        throw new ServiceError(code, details);
      },
      emit,
      signal,
      confirm,
      revoke,
    };
  }

  const checkReply = (unit: Unit, outcome: object): void => {
    const { name, spec } = firstOf(unit).registered;
    if ('reply' in outcome) check(name, spec.output, outcome.reply);
  };

  return {
    async run(unit, handler, input) {
      const reply = await handler(callOf(unit, input));
      checkReply(unit, { reply });
      return reply;
    },
    async prepare(unit, handler, input) {
      const prepared = await handler.prepare(callOf(unit, input));
      checkReply(unit, prepared);
      return prepared;
    },
    async apply(unit, handler, items) {
      const { hub, now, emit } = unit;
      if (!hub) throw new Error('a batched method needs a hub');
      const applied = await handler.apply({ hub, now, emit }, items);
      if (applied.length !== items.length) throw new Error('a batch left an item out');
      for (const one of applied) checkReply(unit, one);
      return applied;
    },
  };
}

function firstOf({ admissions: [admitted] }: Unit): Admitted {
  if (!admitted) throw new Error('a handler runs for a call only');
  return admitted;
}
