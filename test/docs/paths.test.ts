import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from './blocks.ts';

const folders = [
  'acl',
  'bench',
  'client',
  'db',
  'docs',
  'gateways',
  'scripts',
  'service',
  'test',
  'uploads',
];
/** Pages that are written by hand. */
const pages = ['README.md', 'AGENTS.md', 'CHANGELOG.md', 'SECURITY.md', 'uploads/README.md'];

async function listPages(): Promise<string[]> {
  const names = await readdir(join(root, 'docs'), { recursive: true });
  return [...pages, ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** Returns what is quoted as code outside of blocks, such as service/core/. */
const quotedIn = (text: string): string[] =>
  [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

/** True for a path from the root: a file, a folder with a slash at its end, or .ci/run. */
const isPath = (quoted: string): boolean =>
  /^[\w./-]+$/.test(quoted) &&
  folders.includes(quoted.split('/')[0] ?? '') &&
  (quoted.endsWith('/') || /\.\w+$/.test(quoted));

const exists = (path: string): Promise<boolean> =>
  stat(join(root, path)).then(
    () => true,
    () => false,
  );

describe('The documents', () => {
  it('name files and folders that exist', async () => {
    const missing: string[] = [];
    for (const page of await listPages()) {
      const paths = quotedIn(await readFile(join(root, page), 'utf8')).filter(isPath);
      for (const path of paths) if (!(await exists(path))) missing.push(`${page}: ${path}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('link to pages that exist', async () => {
    const missing: string[] = [];
    for (const page of await listPages()) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g))
        if (!(await exists(join(dirname(page), target)))) missing.push(`${page}: ${target}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('name npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const page of await listPages()) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g))
        expect(scripts, page).to.have.property(name);
    }
  });

  it('name every folder of the source in architecture.md', async () => {
    const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
    for (const top of ['acl', 'db', 'service']) {
      const entries = await readdir(join(root, top), { withFileTypes: true });
      for (const { name } of entries.filter((entry) => entry.isDirectory()))
        if (name !== 'migrations') expect(page).to.contain(`\`${top}/${name}/\``);
    }
  });

  it('are short where a newcomer begins', async () => {
    expect((await stat(join(root, 'README.md'))).size).to.be.at.most(5 * 1024);
    const agents = await readFile(join(root, 'AGENTS.md'), 'utf8');
    expect(agents.trimEnd().split('\n').length).to.be.at.most(60);
  });
});
