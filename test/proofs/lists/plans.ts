import type { RowDataPacket } from 'mysql2';
import { type MethodName, methods } from '../../../acl/index.ts';
import { pageRows } from '../../../acl/language/limits.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import type { Statement } from '../../../db/connection/statements.ts';
import { rowsReadBy } from '../../support/rows-read.ts';
import { paramsFor, tokenFor } from '../contract/callers.ts';
import { type CallerName, leastCaller, request, type World } from '../contract/world.ts';

/** How the database runs a SELECT. */
export interface Plan {
  /** The tables of which it reads all rows or a whole index, by their names in the statement. */
  scanned: string[];
  /** Whether it sorts what it has read, instead of reading in the order of an index. */
  isSorted: boolean;
  rowsRead: number;
  rowsReturned: number;
}

/** The same table on both servers. */
const explain = 'EXPLAIN /*!80000 FORMAT=TRADITIONAL */';

interface ExplainedTable extends RowDataPacket {
  table: string | null;
  type: string | null;
  Extra: string | null;
}

/** Whether it reads all of a stored table: not of what the statement itself has put together. */
const isScan = ({ table, type, Extra }: ExplainedTable): boolean =>
  ['ALL', 'index'].includes(type ?? '') && !table?.startsWith('<') && !Extra?.includes('Recursive');

/** Returns the plan of a SELECT, which is run once more by itself. */
export async function planOf(pool: Pool, { sql, params }: Statement): Promise<Plan> {
  const connection = await pool.getConnection();
  try {
    const [tables] = await connection.query<ExplainedTable[]>(`${explain} ${sql}`, [...params]);
    const before = await rowsReadBy(connection);
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...params]);
    return {
      scanned: tables.filter(isScan).map(({ table }) => String(table)),
      isSorted: tables.some(({ Extra }) => Extra?.includes('Using filesort')),
      rowsRead: (await rowsReadBy(connection)) - before,
      rowsReturned: rows.length,
    };
  } finally {
    connection.release();
  }
}

/** What bounds the time of a statement in MariaDB, which EXPLAIN does not accept. */
const bound = /^\/\*M!.*?\*\/\s*/;

/** Returns the SELECTs among statements. */
const selectsOf = (statements: readonly Statement[]): Statement[] =>
  statements
    .map(({ sql, params }) => ({ sql: sql.replace(bound, ''), params }))
    .filter(({ sql }) => /^[\s(]*(SELECT|WITH)\b/i.test(sql));

type Params = Record<string, unknown>;

/** A call, and by which parameters it differs from the method's usual one. */
interface ListCall {
  method: MethodName;
  base: Params;
  variant: Params;
}

/** Of a list with `all`, members may ask for their own part only. */
function callerOf(method: MethodName): CallerName {
  const spec = methods.get(method);
  if (!spec) throw new Error(`${method} is not declared`);
  const least = leastCaller(spec);
  return least === 'member' && 'all' in spec.input.shape ? 'admin' : least;
}

/** Makes a call; returns its reply and the SELECTs that it sent. */
async function record(world: World, { method, base, variant }: ListCall) {
  const { roundTrips } = world.app.pool;
  const token = await tokenFor(world, method, callerOf(method));
  const params = { ...base, ...variant };
  const statements: Statement[] = [];
  roundTrips.observer = (_, sent, waiting) => {
    if (waiting === 'call') statements.push(...selectsOf(sent));
  };
  try {
    const response = await request(world, method, { params, token, hubId: world.hub.id });
    const body = (await response.json()) as { data?: unknown };
    if (!response.ok) throw new Error(`${method}: ${JSON.stringify(body)}`);
    return { reply: body.data, statements };
  } finally {
    roundTrips.observer = undefined;
  }
}

/** Returns what the page is continued from that follows a row in the middle of a reply. */
function cursorIn(reply: unknown): string | undefined {
  const rows: Params[] = Array.isArray(reply) ? reply : [];
  const row = rows[Math.floor(rows.length / 2)];
  return (row?.cursor ?? row?.message_id) as string | undefined;
}

/** Names that many have, one member, one group, and nobody. */
const keys = ['user', 'User 1234', 'Group 1235', 'nobody'].map((key) => ({ key }));

/** Returns the values of a parameter that lists have in common. */
function valuesOf(name: string, cursor: string | undefined): Params[] {
  if (name === 'key') return keys;
  if (name === 'page') return [{ page: 2 }];
  if (name === 'all') return [{}, ...keys].map((more) => ({ all: 1, ...more }));
  const continues = (name === 'before' || name === 'after') && cursor !== undefined;
  return continues ? [{ [name]: cursor }] : [];
}

/** Returns the calls of a method: the usual one, and one with each of such parameters. */
async function callsOf(world: World, method: MethodName): Promise<ListCall[]> {
  const base = await paramsFor(world, method, callerOf(method));
  const usual: ListCall = { method, base, variant: {} };
  const { reply } = await record(world, usual);
  const others = Object.keys(methods.get(method)?.input.shape ?? {})
    .filter((name) => !(name in base))
    .flatMap((name) => valuesOf(name, cursorIn(reply)));
  return [usual, ...others.map((variant) => ({ method, base, variant }))];
}

/** Rows that are read for each row of a page, with its details. */
const rowsForEach = 40;

/** Returns a sentence for each fault of a plan. */
export function faultsOf({ scanned, isSorted, rowsRead, rowsReturned }: Plan): string[] {
  const most = rowsForEach * Math.max(pageRows, rowsReturned);
  return [
    ...scanned.map((table) => `reads all of ${table}`),
    ...(isSorted && rowsRead > most ? [`sorts, and reads ${rowsRead} rows`] : []),
  ];
}

/** Returns what is wrong with the plans of the SELECTs that a method's calls send. */
export async function findFaults(world: World, method: MethodName): Promise<string[]> {
  const faults: string[] = [];
  for (const call of await callsOf(world, method)) {
    const { statements } = await record(world, call);
    for (const statement of statements)
      for (const fault of faultsOf(await planOf(world.app.pool, statement)))
        faults.push(`${JSON.stringify(call.variant)} ${fault}: ${statement.sql}`);
  }
  return faults;
}
