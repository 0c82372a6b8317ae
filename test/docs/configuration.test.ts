import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { variables } from '../../service/config.ts';
import { configurationPage } from '../../service/docs/configuration.ts';

describe('docs/configuration.md', () => {
  it('is what service/config.ts declares (npm run configuration writes it)', async () => {
    const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    expect(page === configurationPage(), 'docs/configuration.md is out of date').to.equal(true);
  });

  it('has one row for each variable', () => {
    const { jwt, limits, ...general } = variables;
    const names = [general, jwt, limits].flatMap((group) =>
      Object.values(group).map(({ name }) => name),
    );
    const rows = [...configurationPage().matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
    expect(rows).to.deep.equal(names);
    expect(new Set(rows).size).to.equal(rows.length);
  });

  it('describes each variable in plain sentences', () => {
    const { jwt, limits, ...general } = variables;
    for (const { name, doc } of [general, jwt, limits].flatMap((group) => Object.values(group)))
      expect(doc, name).to.match(/^[A-Z1`].*\.$/);
  });
});
