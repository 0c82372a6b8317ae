import { ServiceError } from '../../acl/language/errors.ts';
import { isEchoKey } from '../../acl/language/fields.ts';
import { jsonBytesOf } from '../../acl/language/size.ts';
import { OutcomeUnknown, StatementTimeout, transact } from '../../db/connection/transaction.ts';
import { insertAudit } from '../../db/rows/hubs/audit.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Limits } from '../limits/limits.ts';
import type { Admitted, Gate, Request } from './admission.ts';
import { createRunBatched } from './batch.ts';
import type { Registry } from './call.ts';
import { asServiceError } from './errors.ts';
import { createHandle, type HandleDependencies } from './handle.ts';
import { parseParams } from './params.ts';
import { authorityOf, ownerOf, type Perform, type PerformDependencies } from './perform.ts';

export interface Dispatcher {
  /**
   * Runs a call of any method: admits it, parses its parameters, runs its handler in a transaction,
   * checks the reply, commits and publishes. Rejects with a ServiceError only.
   */
  call(request: Request): Promise<unknown>;
}

export interface DispatchDependencies
  extends HandleDependencies,
    Pick<PerformDependencies, 'pool' | 'clock'> {
  registry: Registry;
  gate: Gate;
  perform: Perform;
  /** Logs a fault of the service. */
  report: (error: unknown, method: string) => void;
}

/** How often a call is run whose commits have an unknown outcome. */
const mostRuns = 6;

export function createDispatcher(deps: DispatchDependencies): Dispatcher {
  const { registry, gate, perform, report, limits } = deps;
  const handle = createHandle(deps);
  const runBatched = createRunBatched(perform, handle);

  function runOnce(admitted: Admitted, input: unknown): Promise<unknown> {
    const { handler } = admitted.registered;
    if (typeof handler !== 'function') return runBatched(handler, admitted, input);
    return perform(authorityOf([admitted]), (unit) => handle.run(unit, handler, input));
  }

  /**
   * Retries an unknown outcome where an echoId makes a repetition return the first result. It stays
   * unknown if a repetition cannot run.
   */
  async function run(admitted: Admitted, input: unknown): Promise<unknown> {
    const isRepeatable = isEchoKey((input as { echoId?: string }).echoId);
    let unknown: OutcomeUnknown | undefined;
    for (let runs = 1; ; runs++) {
      try {
        return await runOnce(admitted, input);
      } catch (error) {
        if (error instanceof OutcomeUnknown) unknown = error;
        else if (unknown && asServiceError(error).code === 'UNAVAILABLE') throw unknown;
        if (error !== unknown || !isRepeatable || runs >= mostRuns) throw error;
      }
    }
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
        const identified = await gate.identify(request);
        isOperator = identified.caller.kind === 'operator';
        const { admitted, params } = await gate.admit(registered, request, identified);
        hubId = admitted.hub?.id;
        return await inTurn(
          limits,
          admitted,
          parseParams(registered.spec, params, request.mayMark),
          run,
          request.write,
        );
      } catch (error) {
        const refusal = asServiceError(error);
        outcome = refusal.code;
        if (refusal !== error) report(error, registered.name);
        throw refusal;
      } finally {
        if (isOperator) await audit(deps, request, hubId, outcome);
      }
    },
  };
}

/**
 * Runs a call once it is the turn of its owner, if calls of its kind queue. Counts its cost: by its
 * parameters and by what it returns, and that of a statement that ran out of time.
 */
async function inTurn(
  limits: Limits,
  admitted: Admitted,
  input: unknown,
  run: (admitted: Admitted, input: unknown) => Promise<unknown>,
  write: Request['write'] = jsonBytesOf,
): Promise<unknown> {
  const { registered, bill } = admitted;
  await bill.parameters(registered.name, input);
  const queue = limits.queues.of(registered.name, input);
  const start = () => run(admitted, input);
  try {
    const reply = await (queue ? queue.run(ownerOf(admitted), start) : start());
    await bill.returned(write(reply));
    return reply;
  } catch (error) {
    if (error instanceof StatementTimeout) await bill.timeout();
    throw error;
  }
}

/** Records a use of the operator token, also a refused one. */
async function audit(
  { pool, clock, report }: Pick<DispatchDependencies, 'pool' | 'clock' | 'report'>,
  { method, origin }: Request,
  hubId: string | undefined,
  outcome: string,
): Promise<void> {
  const entry = {
    id: newId(),
    hubId: hubId ?? null,
    actor: 'operator',
    method,
    outcome,
    address: origin.address,
    createdMs: clock(),
  };
  await transact(pool, (tx) => insertAudit(tx, entry)).catch((error: unknown) =>
    report(error, method),
  );
}
