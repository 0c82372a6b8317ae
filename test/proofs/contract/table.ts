import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { fileBytes } from '../../../acl/paths.ts';
import { all } from './callers.ts';
import { rowRules } from './cases.ts';
import { fileMethod, passedOver, stillKnown } from './ids.ts';
import { callerNames, errorsSeen, findingOf } from './world.ts';

const page = new URL('../../../docs/isolation.md', import.meta.url);

const head = `# Isolation: who may call what, and what he learns of what is not his

Written by \`npm run isolation\` from what the service answered; the test suite fails while it is not what it answers now (test/contract/).

- Each method was called by: nobody (anonymous), a user of no hub (stranger), an owner of another hub (other hub), a viewer (3), member (7),
  moderator (15), admin (31) and owner (63) of the hub, an API key of it (31) and the operator. \`yes\`: it answered; else the status of the refusal,
  after which nothing stored differed. Strangers get the same refusal for a hub that never was.
- Each parameter that is an id was replaced by one of the other hub, one that is gone (deleted, removed, revoked), one of the same hub that is not
  the caller’s, and by nonsense: the answer was word for word that for an id that never was, the code named here, and nothing stored differed.
- Each error was seen; a method declares no other.

`;

const columns = [
  'anonymous',
  'stranger',
  'other hub',
  'viewer',
  'member',
  'moderator',
  'admin',
  'owner',
  'API key',
  'operator',
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const table = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(names) + row(names.map(() => '---')) + rows.map(row).join('');

const byOf = ({ by }: MethodSpec): string =>
  typeof by === 'string'
    ? by
    : Object.entries(by)
        .map(([caller, need]) => (need === true ? caller : `${caller}: ${need}`))
        .join(', ');

function methodRow(method: string, spec: MethodSpec): string[] {
  const { callers, ids } = findingOf(method);
  const general = ['INVALID_INPUT', 'PERMISSION_DENIED'];
  return [
    method,
    byOf(spec),
    ...callerNames.map((name) => callers[name] ?? ''),
    [...ids].map(([name, code]) => `${name}: ${code}`).join('<br>'),
    errorsSeen(method)
      .filter(
        (code) => (spec.errors as readonly string[]).includes(code) && !general.includes(code),
      )
      .join(', '),
  ];
}

export const isolation = (): string =>
  [
    head,
    table(
      ['method', 'by', ...columns, 'ids replaced', 'errors'],
      [...all, [fileMethod, fileBytes] as const].map(([method, spec]) => methodRow(method, spec)),
    ),
    '\n## Where a row decides\n\n',
    table(
      ['method', 'rule', 'answers'],
      rowRules.map(({ method, why, answers }) => [
        method,
        why,
        Object.entries(answers)
          .map(([name, code]) => `${name}: ${code}`)
          .join(', '),
      ]),
    ),
    '\n## Where an id that names nothing, or nothing any more, is taken by design\n\n',
    table(['parameter', 'why'], Object.entries({ ...stillKnown, ...passedOver })),
  ].join('');

export function describeTable(): void {
  it('is what docs/isolation.md says (npm run isolation writes it)', async () => {
    if (process.env.ISOLATION === 'write') await writeFile(page, isolation());
    const written = await readFile(page, 'utf8').catch(() => '');
    expect(written === isolation(), 'docs/isolation.md is out of date').to.equal(true);
  });
}
