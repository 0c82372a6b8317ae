import { isEchoKey } from '../../acl/language/fields.ts';
import { OutcomeUnknown } from '../../db/connection/transaction.ts';
import type { Admitted } from './admission.ts';
import { createRunBatched } from './batch.ts';
import { asServiceError } from './errors.ts';
import { createHandle, type HandleDependencies } from './handle.ts';
import { authorityOf, type Perform } from './perform.ts';

export interface RunDependencies extends HandleDependencies {
  perform: Perform;
}

/** How often a call is run whose commits have an unknown outcome. */
const mostRuns = 6;

/** Returns the function that runs the handler of an admitted call. */
export function createRun(
  deps: RunDependencies,
): (admitted: Admitted, input: unknown) => Promise<unknown> {
  const { perform } = deps;
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
  return async (admitted, input) => {
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
  };
}
