import { ServiceError } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { DatabaseUnavailable, OutcomeUnknown, transact } from '../../db/connection/transaction.ts';
import type { AnyApplied, AnyBatched } from '../methods/index.ts';
import type { Admitted } from './admission.ts';
import type { Attempts } from './attempt.ts';
import { createBatcher } from './batcher.ts';

export interface Batches {
  /** Prepare a call by itself, then apply it together with others of its method and hub that arrive while a batch is under way. */
  run(handler: AnyBatched, admitted: Admitted, input: unknown): Promise<unknown>;
}

const batchSize = 64;

interface Waiting {
  handler: AnyBatched;
  admitted: Admitted;
  input: unknown;
  item: unknown;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

export function createBatches(pool: Pool, attempts: Attempts): Batches {
  const enqueue = createBatcher<Waiting>(async (_key, waiting) => {
    try {
      const [first] = waiting;
      if (waiting.length === 1 && first) settle(first, await applyAlone(first));
      else await applyTogether(waiting);
    } catch (error) {
      for (const one of waiting) one.reject(error);
    }
  }, batchSize);

  async function applyTogether(waiting: readonly Waiting[]): Promise<void> {
    const [first] = waiting;
    if (!first) return;
    const admissions = waiting.map((one) => one.admitted);
    const items = waiting.map((one) => one.item);
    try {
      const results = await transact(pool, (tx) =>
        attempts.apply(tx, first.handler, admissions, items),
      );
      waiting.forEach((one, index) => {
        settle(one, results[index]);
      });
    } catch (error) {
      if (error instanceof OutcomeUnknown || error instanceof DatabaseUnavailable) throw error;
      // One of them spoils the batch: each alone, so that only that one fails.
      for (const one of waiting)
        await applyAlone(one).then((result) => settle(one, result), one.reject);
    }
  }

  function applyAlone({
    handler,
    admitted,
    input,
    item,
  }: Waiting): Promise<AnyApplied | undefined> {
    return transact(pool, (tx) =>
      attempts.upToDate(tx, admitted, async (current) => {
        const prepared =
          current === admitted ? { item } : await attempts.prepare(tx, handler, current, input);
        return 'reply' in prepared
          ? prepared
          : (await attempts.apply(tx, handler, [current], [prepared.item]))[0];
      }),
    );
  }

  return {
    async run(handler, admitted, input) {
      const prepared = await transact(pool, (tx) => attempts.prepare(tx, handler, admitted, input));
      if ('reply' in prepared) return prepared.reply;
      return new Promise((resolve, reject) => {
        const waiting = { handler, admitted, input, item: prepared.item, resolve, reject };
        enqueue(`${admitted.registered.name} ${admitted.hub?.id}`, waiting);
      });
    },
  };
}

function settle(one: Waiting, result: AnyApplied | undefined): void {
  if (!result) one.reject(new Error('a batch left an item out'));
  else if ('reply' in result) one.resolve(result.reply);
  else one.reject(new ServiceError(result.failure, result.details));
}
