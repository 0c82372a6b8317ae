import type { App } from '../../service/app.ts';
import { untyped } from './untyped.ts';

/** Collects the statements that a service sends from now on and that match a pattern. */
export function watchStatements({ pool }: Pick<App, 'pool'>, pattern: RegExp): string[] {
  const found: string[] = [];
  const watched = new WeakSet<object>();
  pool.pool.on('acquire', (connection) => {
    if (watched.has(connection)) return;
    watched.add(connection);
    for (const name of ['query', 'execute'] as const) {
      const run: (...given: unknown[]) => unknown = untyped(connection[name]);
      const watch = (...given: unknown[]) => {
        const [sent] = given as [string | { sql?: string }];
        const sql = typeof sent === 'string' ? sent : (sent.sql ?? '');
        if (pattern.test(sql)) found.push(sql);
        return run.apply(connection, given);
      };
      Object.assign(connection, { [name]: watch });
    }
  });
  return found;
}
