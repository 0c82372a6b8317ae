import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Rows of the tables below "What holds": the cells of each. */
function listRows(): string[][] {
  const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
  const [, held = ''] = text.split('\n## What holds\n');
  return held
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (attack|---) \|/.test(line))
    .map((line) => line.slice(1, -1).split(' | '));
}

describe('SECURITY.md', () => {
  it('names a test that exists for every attack', () => {
    const rows = listRows();
    expect(rows.length).to.be.above(40);
    for (const cells of rows) {
      expect(cells, cells.join(' | ')).to.have.length(3);
      const [, path = '', title = ''] = /^`(test\/\S+\.ts)`(?:: (.+))?$/.exec(
        cells[2]?.trim() ?? '',
      ) ?? [cells[2]];
      expect(existsSync(join(root, path)), path).to.equal(true);
      if (!title) expect(path).to.match(/^test\/proofs\/neighbours\//);
      const source = readFileSync(join(root, path), 'utf8');
      expect(source.includes(title), `${path}: ${title}`).to.equal(true);
    }
  });

  it('has no row twice', () => {
    const attacks = listRows().map(([attack]) => attack);
    expect(new Set(attacks).size).to.equal(attacks.length);
  });
});
