import { ServiceError } from '../../acl/language/errors.ts';
import { isEchoKey } from '../../acl/language/fields.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { DatabaseUnavailable, OutcomeUnknown, transact } from '../../db/connection/transaction.ts';
import { Outdated } from '../../db/log/append.ts';
import { insertAudit } from '../../db/rows/hubs/audit.ts';
import { newId } from '../../db/rows/ids.ts';
import { StorageFailed } from '../../uploads/store.ts';
import { registry } from '../methods/index.ts';
import type { Admitted, Gate, Request } from './admission.ts';
import { type AttemptDependencies, createAttempts } from './attempt.ts';
import { createBatches } from './batches.ts';
import { parseParams } from './params.ts';

export interface Dispatcher {
  /** One path for every call: admit, parse, run in a transaction, check the reply, commit, publish. Rejects with a ServiceError only. */
  call(request: Request): Promise<unknown>;
}

export interface Dependencies extends AttemptDependencies {
  pool: Pool;
  gate: Gate;
  /** Told what should not have happened. */
  report: (error: unknown, method: string) => void;
}

/** How often a call whose outcome is unknown is done anew. */
const patience = 6;

export function createDispatcher(deps: Dependencies): Dispatcher {
  const { pool, gate, clock, report } = deps;
  const attempts = createAttempts(deps);
  const batches = createBatches(pool, attempts);

  async function run(admitted: Admitted, input: unknown): Promise<unknown> {
    const { handler } = admitted.registered;
    const isReplayable = isEchoKey((input as { echoId?: string }).echoId);
    for (let attempt = 1; ; attempt++) {
      try {
        if (typeof handler !== 'function') return await batches.run(handler, admitted, input);
        return await transact(pool, (tx) =>
          attempts.upToDate(tx, admitted, (current) =>
            attempts.runHandler(tx, handler, current, input),
          ),
        );
      } catch (error) {
        // With a key a second run answers what the first one did, if it did: never a blind retry.
        if (!(error instanceof OutcomeUnknown && isReplayable && attempt < patience)) throw error;
      }
    }
  }

  /** Every use of the operator token leaves a trace, refused ones too. */
  async function audit(
    request: Request,
    hubId: string | undefined,
    outcome: string,
  ): Promise<void> {
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
    await transact(pool, (tx) => insertAudit(tx, entry)).catch((error: unknown) =>
      report(error, request.method),
    );
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

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof OutcomeUnknown) return new ServiceError('UNAVAILABLE', ['outcome unknown']);
  if (error instanceof StorageFailed)
    return new ServiceError('UNAVAILABLE', ['file: cannot be stored now']);
  if (error instanceof DatabaseUnavailable || error instanceof Outdated)
    return new ServiceError('UNAVAILABLE');
  return new ServiceError('INTERNAL_ERROR');
}
