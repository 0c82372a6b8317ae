import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { fileBytes } from '../../../acl/paths.ts';
import { all } from './callers.ts';
import { rowRules } from './cases.ts';
import { fileMethod, skippedIds, stillKnown } from './ids.ts';
import { callerNames, errorsSeen, findingOf } from './world.ts';

const page = new URL('../../../docs/isolation.md', import.meta.url);

const head = `# Isolation: permitted callers, and what others can learn

Written by \`npm run isolation\` from the replies of the service. The tests in
test/proofs/contract/ fail if the service no longer replies like this.

- Each method was called anonymously, by a user without a hub (stranger), an owner of another hub
  (other hub), a viewer (3), member (7), moderator (15), admin (31) and owner (63) of the hub, an
  API key of the hub (31) and the operator. \`yes\` means success. Otherwise the table has the
  status of the refusal, after which the stored data was unchanged. Strangers get the same refusal
  for a hub that does not exist.
- Each id parameter was replaced by an id of the other hub, of something deleted, removed or
  revoked, of something in the same hub that is not the caller’s, and by malformed values. The
  reply was identical to that for an id that does not exist, with the error listed here, and the
  stored data was unchanged.
- Each listed error was seen; a method declares no others.

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
    '\n## Where the data decides beyond the privilege\n\n',
    table(
      ['method', 'rule', 'results'],
      rowRules.map(({ method, why, results }) => [
        method,
        why,
        Object.entries(results)
          .map(([name, code]) => `${name}: ${code}`)
          .join(', '),
      ]),
    ),
    '\n## Where ids that do not exist are accepted by design\n\n',
    table(['parameter', 'why'], Object.entries({ ...stillKnown, ...skippedIds })),
  ].join('');

export function describeTable(): void {
  it('equals docs/isolation.md (npm run isolation writes it)', async () => {
    if (process.env.ISOLATION === 'write') await writeFile(page, isolation());
    const written = await readFile(page, 'utf8').catch(() => '');
    expect(written === isolation(), 'docs/isolation.md is out of date').to.equal(true);
  });
}
