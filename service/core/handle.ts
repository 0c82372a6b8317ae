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
  /**
   * Runs calls of a batched method. Those whose callers are not who was predicted are left out:
   * they are `stale`. The inputs are in the order of the unit's admissions.
   */
  runBatch(
    unit: Unit,
    handler: AnyBatchedHandler,
    inputs: readonly unknown[],
    isAlone: boolean,
  ): Promise<(AnyApplied | 'stale')[]>;
}

const fail: AnyCall['fail'] = (code, ...details) => {
  throw new ServiceError(code, details);
};

export function createHandle({ limits, seal, issuer, check }: HandleDependencies): Handle {
  function callOf(unit: Unit, admitted: Admitted, input: unknown): AnyCall {
    const { tx, now, emit, lockHubWithNext, signal, confirm, revoke, prolong } = unit;
    const { caller, user, credentials, bill } = admitted;
    return {
      // The registry pairs the handler with the declaration that the input was parsed by.
      input: input as never,
      caller,
      token: credentials.token,
      origin: credentials.origin,
      now,
      tx,
      hub: unit.hub as Hub,
      user,
      limits,
      bill,
      seal,
      issuer,
      fail,
      emit,
      lockHubWithNext,
      signal,
      confirm,
      revoke,
      prolong,
    };
  }

  return {
    async run(unit, handler, input) {
      const [admitted] = unit.admissions;
      if (!admitted) throw new Error('a handler runs for a call only');
      const { name, spec } = admitted.registered;
      const reply = await handler(callOf(unit, admitted, input));
      check(name, spec.output, reply);
      return reply;
    },

    async runBatch(unit, handler, inputs, isAlone) {
      const { hub, now, emit, admissions } = unit;
      if (!hub) throw new Error('a batched method needs a hub');
      const all = admissions.map((admitted, index) => {
        return Object.assign(callOf(unit, admitted, inputs[index]), { isAlone });
      });
      const found = await handler.find(all);
      if (!isAlone) unit.lockHubWithNext();
      const looked = await handler.look(all, found);
      const holds = await unit.confirmCallers();
      const calls = all.filter((_, index) => holds[index]);
      const applied = await handler.write({ hub, now, emit }, calls, looked);
      if (applied.length !== calls.length) throw new Error('a batch left a call out');
      const [registered] = admissions.map((admitted) => admitted.registered);
      for (const one of applied)
        if (registered && one !== 'alone' && 'reply' in one)
          check(registered.name, registered.spec.output, one.reply);
      const rest = applied.values();
      return holds.map((isHeld) => (isHeld ? (rest.next().value as AnyApplied) : 'stale'));
    },
  };
}
