import { budgetOf, exceptions } from './budget.ts';
import type { Cost } from './measure.ts';

/** The costs of a call in a small hub and in a large one. */
export interface Costs {
  name: string;
  caller: string;
  small: Cost;
  large: Cost;
}

/** How many of everything the small and the large hub have. */
export const sizes = { small: 30, large: 3000 };

/** Plans and values vary a little from run to run: so much more than documented is no growth. */
const tolerances: Record<keyof Cost, (documented: number) => number> = {
  trips: () => 0,
  statements: () => 0,
  rows: (documented) => 10 + documented / 2,
  bytes: (documented) => 16 + documented / 50,
};

const units: Record<keyof Cost, string> = {
  trips: 'round trips',
  statements: 'statements',
  rows: 'rows read',
  bytes: 'bytes',
};
const kinds = Object.keys(units) as (keyof Cost)[];

const head = `# Costs that do not depend on the clock

Written by \`npm run costs\` from the service and the database at work.
\`test/proofs/costs/\` fails when a call costs more than this page says.

- Each call was made alone and warm: the same caller had made one before. The caller is the least
  privileged one that is admitted.
- Round trips: statements that are sent together are one. Statements: those of the transaction, such
  as START TRANSACTION and COMMIT, count too.
- Rows read: what the database read for it, the sum of \`Handler_read_*\`. Bytes: the reply's body.
- Two numbers \`a / b\` are those of a small hub and of a large one in the same database: with
  ${sizes.small} and with ${sizes.large} members, all in one common room, conversations of the
  caller, messages in the common room, letters and tags. One number stands for both.
- Work that continues after the reply counts; that of jobs does not.
- The test accepts no more round trips and statements. It accepts ${tolerances.rows(0)} rows read
  and half as many more, and ${tolerances.bytes(0)} bytes and a fiftieth more.

`;

const numbers = (small: number, large: number): string =>
  small === large ? String(small) : `${small} / ${large}`;

const cells = ({ name, caller, small, large }: Costs): string[] => [
  ...[name, caller],
  ...kinds.map((kind) => numbers(small[kind], large[kind])),
];

const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |\n`;

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows].map(line).join('');

const exceptionsTitle = '## Beyond the budget';
const exceptionsHead = `
${exceptionsTitle}

A call that reads, the bytes of a file and the handshake of a socket may take 1 round trip. A post
may take 2, also a batch of posts; any other write 3: a read that finds the rows, one that locks and
looks, and the commit with what is written. These take more:

`;

export function pageOf(costs: readonly Costs[]): string {
  const beyond = Object.entries(exceptions).map(([name, { trips, because }]) => [
    ...[name, String(trips), String(budgetOf(name))],
    because,
  ]);
  return (
    head +
    table(['call', 'caller', ...kinds.map((kind) => units[kind])], costs.map(cells)) +
    exceptionsHead +
    table(['call', 'round trips', 'budget', 'because'], beyond)
  );
}

/** Reads the table of what calls cost. */
export function readPage(page: string): Costs[] {
  const [measured = ''] = page.split(exceptionsTitle);
  const rows = measured.split('\n').filter((text) => text.startsWith('| '));
  return rows.slice(2).map((row) => {
    const [name = '', caller = '', ...values] = row.slice(2, -2).split(' | ');
    const pairs = values.map((text) => text.split(' / ').map(Number));
    const costs = (at: 0 | 1): Cost => {
      const [trips = 0, statements = 0, rows = 0, bytes = 0] = pairs.map(
        (pair) => pair[at] ?? pair[0],
      );
      return { trips, statements, rows, bytes };
    };
    return { name, caller, small: costs(0), large: costs(1) };
  });
}

/** Returns a sentence for each cost that has grown over what is documented. */
export function excesses(measured: Costs, documented: Costs): string[] {
  return (['small', 'large'] as const).flatMap((size) =>
    kinds.flatMap((kind) => {
      const [is, was] = [measured[size][kind], documented[size][kind]];
      if (is <= was + tolerances[kind](was)) return [];
      return [`${measured.name}: ${is} ${units[kind]} in the ${size} hub, documented: ${was}`];
    }),
  );
}
