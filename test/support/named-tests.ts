import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The rows of the tables below a heading of a document: the cells of each. */
export function tableBelow(document: string, heading: string): string[][] {
  const [, below = ''] = readFileSync(join(root, document), 'utf8').split(`\n${heading}\n`);
  const lines = below.split('\n').filter((line) => line.startsWith('|'));
  return lines
    .filter((line, at) => !line.startsWith('| ---') && !lines[at + 1]?.startsWith('| ---'))
    .map((line) => line.slice(1, -1).split(' | '));
}

/** Asserts that a cell such as "`test/web/x.browser.ts`: sends once" names a test that exists. */
export function expectNamedTest(cell: string): { path: string; title: string } {
  const [, path = '', title = ''] = /^`(test\/\S+\.ts)`(?:: (.+))?$/.exec(cell.trim()) ?? [cell];
  expect(existsSync(join(root, path)), `${path} of ${cell}`).to.equal(true);
  const source = readFileSync(join(root, path), 'utf8');
  expect(source.includes(title), `${path}: ${title}`).to.equal(true);
  return { path, title };
}
