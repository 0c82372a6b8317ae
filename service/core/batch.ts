import { ServiceError } from '../../acl/language/errors.ts';
import { createBatcher } from '../../db/connection/batches.ts';
import { DatabaseUnavailable, OutcomeUnknown } from '../../db/connection/transaction.ts';
import type { Admitted } from './admission.ts';
import type { AnyApplied, AnyBatchedHandler } from './call.ts';
import type { Handle } from './handle.ts';
import { StaleCaller } from './identity/predictions.ts';
import { authorityOf, type Perform } from './perform.ts';

/** Runs a call of a batched method; resolves with its reply. */
export type RunBatched = (
  handler: AnyBatchedHandler,
  admitted: Admitted,
  input: unknown,
) => Promise<unknown>;

const batchSize = 64;
/** While one commits, another one takes its locks; it waits for the hub's row. */
const batchesAtOnce = 2;

interface Waiting {
  handler: AnyBatchedHandler;
  admitted: Admitted;
  input: unknown;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

type Outcome = AnyApplied | 'stale';

/** Runs each call together with those of the same method and hub that arrived meanwhile. */
export function createRunBatched(perform: Perform, handle: Handle): RunBatched {
  const enqueue = createBatcher<Waiting>(
    async (waiting) => {
      try {
        const outcomes = await runTogether(waiting);
        await Promise.all(waiting.map((one, index) => finish(one, outcomes[index])));
      } catch (error) {
        const isEachTried = waiting.length > 1 && !isAboutAll(error);
        // One call spoils the batch: each is run by itself, so that only that one fails.
        for (const one of waiting)
          if (isEachTried)
            await runTogether([one]).then(([outcome]) => finish(one, outcome), one.reject);
          else one.reject(error);
      }
    },
    { size: batchSize, atOnce: batchesAtOnce },
  );

  async function runTogether(waiting: readonly Waiting[]): Promise<Outcome[]> {
    const [first, ...others] = waiting;
    if (!first) return [];
    const { handler, admitted } = first;
    const authority = authorityOf([admitted, ...others.map((one) => one.admitted)]);
    const inputs = waiting.map(({ input }) => input);
    return perform({ ...authority, leavesOutStale: true }, (unit) =>
      handle.runBatch(unit, handler, inputs, false),
    );
  }

  /** Gives a call its reply or its error, after a transaction of its own if it needs one. */
  async function finish(one: Waiting, outcome: Outcome | undefined): Promise<void> {
    try {
      const { handler, admitted, input } = one;
      if (outcome !== 'alone') return one.resolve(replyOf(outcome));
      const reply = await perform(authorityOf([admitted]), async (unit) => {
        const [applied] = await handle.runBatch(unit, handler, [input], true);
        return replyOf(applied);
      });
      one.resolve(reply);
    } catch (error) {
      one.reject(error);
    }
  }

  return (handler, admitted, input) =>
    new Promise((resolve, reject) => {
      const key = `${admitted.registered.name} ${admitted.hub?.id}`;
      enqueue(key, { handler, admitted, input, resolve, reject });
    });
}

const isAboutAll = (error: unknown): boolean =>
  error instanceof OutcomeUnknown || error instanceof DatabaseUnavailable;

/** Returns the reply of a call; throws what it failed with. */
function replyOf(outcome: Outcome | undefined): unknown {
  if (outcome === 'stale') throw new StaleCaller();
  if (!outcome || outcome === 'alone') throw new Error('a batch left a call out');
  if ('reply' in outcome) return outcome.reply;
  throw new ServiceError(outcome.failure, outcome.details);
}
