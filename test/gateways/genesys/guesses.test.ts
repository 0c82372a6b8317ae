import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { decisions, values } from '../../../gateways/genesys/guesses.ts';
import { genesys } from '../../../gateways/genesys/index.ts';
import { operationsOf } from '../../../gateways/genesys/operations/index.ts';

/** Returns the rows of the table under a heading, without its header. */
async function rowsUnder(heading: string): Promise<string[][]> {
  const text = await readFile(new URL('../../../docs/genesys.md', import.meta.url), 'utf8');
  const section =
    text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? expect.fail(`no ${heading}`);
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

describe('docs/genesys.md', () => {
  it('lists every guess with its name and decision', async () => {
    const decided = Object.entries<string | number>({ ...values, ...decisions });
    expect(await rowsUnder('Guesses')).to.deep.equal(
      decided.map(([name, what]) => [`\`${name}\``, String(what)]),
    );
  });

  it('lists every operation with its path, methods and permissions', async () => {
    const listed = (await rowsUnder('Operations')).map(([name, path, _status, methods, grants]) => [
      name,
      path,
      methods,
      grants,
    ]);
    const operations = operationsOf({ participantLimit: 0 }).map(
      ({ name, verb, path, methods, grants }) => [
        `\`${name}\``,
        `${verb} \`${path.replace(/:(\w+)/g, '{$1}')}\``,
        methods.map((method) => `\`${method}\``).join(', '),
        grants === 'any' ? 'a token' : grants.map((grant) => `\`${grant}\``).join(' '),
      ],
    );
    expect(listed).to.deep.equal(operations);
  });

  it('lists every route', () => {
    const { routes, prefixes } = genesys({ participantLimit: 0 });
    const names = routes.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    expect(names).to.have.length(operationsOf({ participantLimit: 0 }).length + 1);
    for (const { path } of routes)
      expect(prefixes.some((prefix) => path.startsWith(`${prefix}/`))).to.equal(true);
  });
});
