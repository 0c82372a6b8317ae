import { ServiceError } from '../../acl/language/errors.ts';
import { DatabaseUnavailable, OutcomeUnknown } from '../../db/connection/transaction.ts';
import { createBatcher } from '../../db/reading/batches.ts';
import type { Admitted } from './admission.ts';
import type { AnyApplied, AnyBatchedHandler } from './call.ts';
import type { Handle } from './handle.ts';
import { authorityOf, type Perform } from './perform.ts';

/** Runs a call of a batched method; resolves with its reply. */
export type RunBatched = (
  handler: AnyBatchedHandler,
  admitted: Admitted,
  input: unknown,
) => Promise<unknown>;

const batchSize = 64;

interface Waiting {
  handler: AnyBatchedHandler;
  admitted: Admitted;
  input: unknown;
  item: unknown;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/**
 * Prepares each call in a transaction of its own, then applies it together with the calls of the
 * same method and hub that arrived while the batch before it ran.
 */
export function createRunBatched(perform: Perform, handle: Handle): RunBatched {
  const enqueue = createBatcher<Waiting>(async (waiting) => {
    try {
      const [first] = waiting;
      if (waiting.length === 1 && first) finish(first, await applyAlone(first));
      else await applyTogether(waiting);
    } catch (error) {
      for (const one of waiting) one.reject(error);
    }
  }, batchSize);

  async function applyTogether(waiting: readonly Waiting[]): Promise<void> {
    const [first, ...others] = waiting;
    if (!first) return;
    const admissions = others.map((one) => one.admitted);
    const authority = authorityOf([first.admitted, ...admissions]);
    const items = waiting.map((one) => one.item);
    try {
      const applied = await perform(authority, (unit) => handle.apply(unit, first.handler, items));
      waiting.forEach((one, index) => {
        finish(one, applied[index]);
      });
    } catch (error) {
      if (error instanceof OutcomeUnknown || error instanceof DatabaseUnavailable) throw error;
      // One call spoils the batch: each is applied alone, so that only that one fails.
      for (const one of waiting)
        await applyAlone(one).then((result) => finish(one, result), one.reject);
    }
  }

  function applyAlone(one: Waiting): Promise<AnyApplied | undefined> {
    const { handler, admitted, input, item } = one;
    return perform(authorityOf([admitted]), async (unit) => {
      // A renewed admission: what was prepared under the old one counts no more.
      const isRenewed = unit.admissions[0] !== admitted;
      const prepared = isRenewed ? await handle.prepare(unit, handler, input) : { item };
      if ('reply' in prepared) return prepared;
      const [applied] = await handle.apply(unit, handler, [prepared.item]);
      return applied;
    });
  }

  return async (handler, admitted, input) => {
    const prepared = await perform(authorityOf([admitted]), (unit) =>
      handle.prepare(unit, handler, input),
    );
    if ('reply' in prepared) return prepared.reply;
    return new Promise((resolve, reject) => {
      const waiting = { handler, admitted, input, item: prepared.item, resolve, reject };
      enqueue(`${admitted.registered.name} ${admitted.hub?.id}`, waiting);
    });
  };
}

function finish(one: Waiting, result: AnyApplied | undefined): void {
  if (!result) one.reject(new Error('a batch left an item out'));
  else if ('reply' in result) one.resolve(result.reply);
  else one.reject(new ServiceError(result.failure, result.details));
}
