import { app } from './app.ts';
import { eventually } from './wait.ts';

/**
 * Runs the calls in this order: holds what the statement locks or inserts, and starts each call
 * when those before it have ended or wait for a lock. Then takes the statement back, so that those
 * that wait go on in their order. Returns their outcomes.
 */
export async function inOrder(
  [sql, params]: readonly [sql: string, params: readonly unknown[]],
  ...calls: (() => Promise<unknown>)[]
): Promise<PromiseSettledResult<unknown>[]> {
  const connection = await app().pool.getConnection();
  const started: Promise<PromiseSettledResult<unknown>[]>[] = [];
  let running = 0;
  try {
    await connection.query('START TRANSACTION');
    await connection.query({ sql }, [...params]);
    for (const call of calls) {
      running += 1;
      const ended = Promise.allSettled([call()]);
      void ended.then(() => {
        running -= 1;
      });
      started.push(ended);
      await eventually(async () => (await countWaiting()) >= running);
    }
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
  return (await Promise.all(started)).flat();
}

/**
 * The statements that wait for a lock: in MariaDB, where listing locks needs more rights, those
 * that run for so long. Each server ignores the comments of the other.
 */
async function countWaiting(): Promise<number> {
  const [rows] = await app().pool.query(
    `SELECT COUNT(*) AS waiting FROM information_schema.processlist
     WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command = 'Query'
       /*M! AND time_ms > 100 */
       /*!80000 AND id IN (SELECT t.processlist_id FROM performance_schema.data_lock_waits w
         JOIN performance_schema.threads t ON t.thread_id = w.requesting_thread_id) */`,
  );
  return Number((rows as { waiting: number }[])[0]?.waiting);
}
