import { basename } from 'node:path';
import { expect } from 'chai';
import { buildPage } from '../../scripts/build/page.mjs';

const kilobyte = 1000;

describe('The size of the page', () => {
  /** Bytes with gzip by name: index.html, main-ABC.js. */
  const sizes = new Map<string, number>();
  let html = '';
  before(async () => {
    for (const { path, contents } of await buildPage()) {
      if (path.endsWith('.gz')) sizes.set(basename(path, '.gz'), contents.length);
      if (path.endsWith('index.html')) html = Buffer.from(contents).toString();
    }
  });

  it('is at most 180 KB with gzip until the first paint', () => {
    const early = [...html.matchAll(/(?:href|src)="\/assets\/([^"]+)"/g)].map(([, name]) => name);
    expect(early.length).to.be.at.least(2);
    const bytes = ['index.html', ...early].map((name) => sizes.get(name ?? '') ?? Number.NaN);
    expect(bytes.reduce((sum, size) => sum + size)).to.be.below(180 * kilobyte);
  });

  it('is at most 400 KB with gzip in all, with one language', () => {
    const all = [...sizes].filter(([name]) => !/^(de|ja|ar)-/.test(name));
    expect(all.reduce((sum, [, size]) => sum + size, 0)).to.be.below(400 * kilobyte);
  });

  it('loads nothing but its own assets', () => {
    const addresses = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address]) => address);
    for (const address of addresses) expect(address).to.match(/^(\/assets\/|data:,)/);
  });
});
