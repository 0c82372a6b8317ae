import { expect } from 'chai';
import { expectNamedTest, tableBelow } from '../support/named-tests.ts';

describe('SECURITY.md', () => {
  const rows = tableBelow('SECURITY.md', '## What holds');

  it('names a test that exists for every attack', () => {
    expect(rows.length).to.be.above(40);
    for (const cells of rows) {
      expect(cells, cells.join(' | ')).to.have.length(3);
      const { path, title } = expectNamedTest(cells[2] ?? '');
      if (!title) expect(path).to.match(/^test\/proofs\/neighbours\//);
    }
  });

  it('has no row twice', () => {
    const attacks = rows.map(([attack]) => attack);
    expect(new Set(attacks).size).to.equal(attacks.length);
  });
});
