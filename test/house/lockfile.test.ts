import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** Runs what .ci/run runs before it installs anything. */
function check(file?: string): { status: number | null; stdout: string } {
  const args = ['.ci/lockfile.mjs', ...(file === undefined ? [] : [file])];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

describe('The lockfile', () => {
  it('has the integrity of each package, and is checked before anything is installed', () => {
    expect(check()).to.include({ status: 0, stdout: '' });
    const run = readFileSync(join(root, '.ci/run'), 'utf8');
    expect(run.indexOf('node .ci/lockfile.mjs')).to.be.within(0, run.indexOf('npm ci'));
  });

  it('is of this package.json', () => {
    const { dependencies, devDependencies } = read('package.json');
    const { '': own } = read('package-lock.json').packages;
    expect(own.dependencies).to.deep.equal(dependencies);
    expect(own.devDependencies).to.deep.equal(devDependencies);
  });

  it('is refused with an entry without integrity, with a weak one, from git or as a link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hubchat-lock-'));
    const refused = (entry: object, lockfileVersion = 3): boolean => {
      const file = join(folder, 'package-lock.json');
      const good = { integrity: `sha512-${'A'.repeat(86)}==` };
      const packages = { '': {}, 'node_modules/good': good, 'node_modules/bad': entry };
      writeFileSync(file, JSON.stringify({ lockfileVersion, packages }));
      return check(file).status === 1;
    };
    expect(refused({ integrity: `sha512-${'B'.repeat(86)}==` })).to.equal(false);
    for (const entry of [
      {},
      { integrity: '' },
      { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
      { resolved: 'git+ssh://git@example.com/c.git#abc' },
      { link: true, resolved: '../d' },
    ])
      expect(refused(entry), JSON.stringify(entry)).to.equal(true);
    expect(refused({ integrity: `sha512-${'B'.repeat(86)}==` }, 1)).to.equal(true);
    rmSync(folder, { recursive: true });
  });
});
