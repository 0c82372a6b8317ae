import { ServiceError } from '../../acl/language/errors.ts';
import { jsonBytesOf } from '../../acl/language/size.ts';
import { StatementTimeout, transact } from '../../db/connection/transaction.ts';
import { queueAudit } from '../../db/rows/hubs/audit.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Limits } from '../limits/limits.ts';
import type { Admitted, Gate } from './admission.ts';
import type { Registered, Registry } from './call.ts';
import { asServiceError } from './errors.ts';
import type { Identified } from './identity/identify.ts';
import { withCaller } from './identity/with-caller.ts';
import { parseParams } from './params.ts';
import { ownerOf, type PerformDependencies } from './perform.ts';
import type { Request } from './request.ts';
import { createRun, type RunDependencies } from './run.ts';

export interface Dispatcher {
  /**
   * Runs a call of any method: admits it, parses its parameters, runs its handler in a transaction,
   * checks the reply, commits and publishes. Rejects with a ServiceError only.
   */
  call(request: Request): Promise<unknown>;
}

export interface DispatchDependencies
  extends RunDependencies,
    Pick<PerformDependencies, 'pool' | 'clock'> {
  registry: Registry;
  gate: Gate;
  /** Logs a fault of the service. */
  report: (error: unknown, method: string) => void;
}

export function createDispatcher(deps: DispatchDependencies): Dispatcher {
  const { registry, gate, report, limits } = deps;
  const run = createRun(deps);

  /** The life of a call: all that becomes of it once its method and its caller are known. */
  async function answer(call: CallUnderWay, identified: Identified): Promise<unknown> {
    const { registered, request } = call;
    call.isOperator = identified.caller.kind === 'operator';
    const parameters = await gate.readParams(registered, request, identified);
    const { admitted, params } = await gate.admit(registered, request, identified, parameters);
    call.hubId = admitted.hub?.id;
    const input = parseParams(registered.spec, params, request.mayMark);
    return inTurn(limits, admitted, input, () => run(admitted, input), request);
  }

  /** Files may have taken long to arrive: their caller is not taken from an earlier call. */
  async function identifyAndAnswer(call: CallUnderWay): Promise<unknown> {
    const { registered, request } = call;
    if (registered.spec.multipart) return answer(call, await gate.identify(request));
    return withCaller(gate, request, (identified) => answer(call, identified));
  }

  return {
    async call(request) {
      const registered = methodOf(registry, request);
      const call: CallUnderWay = { registered, request, isOperator: false };
      let outcome = 'ok';
      try {
        return await identifyAndAnswer(call);
      } catch (error) {
        const refusal = asServiceError(error);
        outcome = refusal.code;
        if (refusal !== error) report(error, registered.name);
        throw refusal;
      } finally {
        if (call.isOperator) await audit(deps, request, call.hubId, outcome);
      }
    },
  };
}

/** What is known of a call, also if it is begun again. */
interface CallUnderWay {
  registered: Registered;
  request: Request;
  isOperator: boolean;
  hubId?: string | undefined;
}

function methodOf(registry: Registry, { method, readOnly }: Request): Registered {
  const registered = registry.get(method);
  if (!registered) throw new ServiceError('METHOD_NOT_FOUND');
  if (readOnly && !registered.spec.safe) throw new ServiceError('METHOD_NOT_ALLOWED');
  return registered;
}

/**
 * Runs a call once it is the turn of its owner, if calls of its kind queue; a read is left out if
 * its client has left meanwhile. Counts its cost: by its parameters and by what it returns, and
 * that of a statement that ran out of time.
 */
async function inTurn(
  limits: Limits,
  admitted: Admitted,
  input: unknown,
  start: () => Promise<unknown>,
  { write = jsonBytesOf, hasLeft }: Pick<Request, 'write' | 'hasLeft'>,
): Promise<unknown> {
  const { registered, bill } = admitted;
  await bill.parameters(registered.name, input);
  const queue = limits.queues.of(registered.name, input);
  const startInTurn = () => {
    if (registered.spec.safe && hasLeft?.()) throw new ServiceError('UNAVAILABLE');
    return start();
  };
  try {
    const reply = await (queue ? queue.run(ownerOf(admitted), async () => startInTurn()) : start());
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
  await transact(pool, async (tx) => queueAudit(tx, entry)).catch((error: unknown) =>
    report(error, method),
  );
}
