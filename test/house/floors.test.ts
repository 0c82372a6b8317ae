import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Source {
  /** From the root, such as service/http.ts. */
  path: string;
  text: string;
  /** What it imports: a package, or a file from the root. */
  imports: string[];
}

/** Every source file of the repository's own folders. */
async function listSources(...folders: string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const folder of folders)
    for (const name of await readdir(join(root, folder), { recursive: true }).catch(() => [])) {
      if (!name.endsWith('.ts')) continue;
      const path = join(folder, name);
      const text = await readFile(join(root, path), 'utf8');
      sources.push({ path, text, imports: importsOf(path, text) });
    }
  return sources;
}

const statement =
  /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)';|^import\s+'([^']+)';|\bimport\('([^']+)'\)/gms;

const importsOf = (path: string, text: string): string[] =>
  [...text.matchAll(statement)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    return name.startsWith('.') ? relative(root, join(root, dirname(path), name)) : name;
  });

const isNode = (name: string) => name.startsWith('node:');
const isIn =
  (...places: string[]) =>
  (name: string) =>
    places.some((place) => name === place || name.startsWith(`${place}/`));

/** Every import of the sources is one of these. */
function expectOnly(sources: readonly Source[], ...allowed: ((name: string) => boolean)[]): void {
  expect(sources).to.not.deep.equal([]);
  const strays = sources.flatMap(({ path, imports }) =>
    imports
      .filter((name) => !allowed.some((isAllowed) => isAllowed(name)))
      .map((name) => `${path} imports ${name}`),
  );
  expect(strays).to.deep.equal([]);
}

/** The package is imported by these files and no other. */
async function expectOnlyIn(name: string, ...paths: string[]): Promise<void> {
  const sources = await listSources('acl', 'db', 'uploads', 'service', 'gateways');
  const users = sources.filter(({ imports }) => imports.some(isIn(name))).map(({ path }) => path);
  expect(users, name).to.deep.equal(paths);
}

describe('The floors', () => {
  it('have the contract below everything: acl imports zod and itself', async () => {
    expectOnly(await listSources('acl'), isIn('zod', 'acl'));
  });

  it('keep the database above the contract only: db imports acl, its driver and Node', async () => {
    expectOnly(await listSources('db'), isIn('acl', 'db', 'drizzle-orm', 'mysql2', 'uuid'), isNode);
  });

  it('keep the bytes between the database and the service: uploads imports acl, db and its libraries', async () => {
    const libraries = isIn('multer', 'sharp', 'file-type', 'p-limit', 'sanitize-filename', 'uuid');
    expectOnly(await listSources('uploads'), isIn('acl', 'db', 'uploads'), libraries, isNode);
  });

  it('let the client know the contract’s types and Socket.IO’s client, and nothing else', async () => {
    const sources = await listSources('client');
    expectOnly(sources, isIn('acl', 'client', 'socket.io-client'));
    for (const { path, text } of sources)
      for (const line of text.matchAll(/^import (?!type\b).*'(.*acl\/.*)'/gm))
        expect.fail(`${path} runs ${line[1]}`);
  });

  it('keep the service off the gateways, the scripts, the client and the tests', async () => {
    const above = isIn('gateways', 'scripts', 'client', 'web', 'bench', 'test');
    const strays = (await listSources('acl', 'db', 'uploads', 'service'))
      .filter(({ path }) => path !== 'service/main.ts')
      .flatMap(({ path, imports }) =>
        imports.filter(above).map((name) => `${path} imports ${name}`),
      );
    expect(strays).to.deep.equal([]);
  });

  it('let a gateway know the contract and what a gateway is, and nothing of how it is done', async () => {
    expectOnly(
      await listSources('gateways'),
      isIn('acl', 'gateways', 'zod', 'service/gateway.ts', 'node:crypto'),
    );
    const { imports } = (await listSources('service')).find(
      ({ path }) => path === 'service/gateway.ts',
    ) as Source;
    expect(imports.filter((name) => !isIn('acl')(name))).to.deep.equal([]);
  });

  it('stop Koa, Socket.IO, ws and multer at their edges', async () => {
    await expectOnlyIn('koa', 'service/http.ts');
    await expectOnlyIn('@koa/router', 'service/http.ts');
    await expectOnlyIn('socket.io', 'service/realtime.ts');
    await expectOnlyIn('multer', 'uploads/receive.ts');
    await expectOnlyIn('ws', 'service/sockets.ts');
  });

  it('let a handler see a call, and neither the request, the socket nor the dispatcher', async () => {
    const contract = (await listSources('acl')).map(({ path }) =>
      path.slice('acl/'.length, -'.ts'.length),
    );
    const handlers = (await listSources('service')).filter(
      ({ path }) =>
        path.startsWith('service/chat/') ||
        contract.some((module) => path === `service/${module}.ts`),
    );
    expect(handlers.map(({ path }) => path)).to.include.members([
      'service/room.ts',
      'service/chat/post.ts',
    ]);
    const edges = [
      'http',
      'realtime',
      'sockets',
      'dispatch',
      'admission',
      'publisher',
      'app',
      'main',
      'config',
    ];
    const isEdge = isIn(
      'koa',
      '@koa/router',
      'socket.io',
      'ws',
      'multer',
      ...edges.map((name) => `service/${name}.ts`),
    );
    const strays = handlers.flatMap(({ path, imports }) =>
      imports
        .filter((name) => isEdge(name) || name === 'db/connect.ts')
        .map((name) => `${path} imports ${name}`),
    );
    expect(strays).to.deep.equal([]);
    for (const { path, text } of handlers) {
      expect(text, `${path} opens a transaction`).to.not.match(/\btransact\(/);
      expect(text, `${path} tests a bit`).to.not.match(/\ballows\(/);
    }
  });

  it('have no file of more than 450 lines', async () => {
    const folders = [
      'acl',
      'db',
      'uploads',
      'service',
      'gateways',
      'client',
      'scripts',
      'bench',
      'test',
    ];
    const long = (await listSources(...folders))
      .filter(({ text }) => text.split('\n').length > 451)
      .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
    expect(long).to.deep.equal([]);
  });

  it('need nothing outside the repository', async () => {
    const folders = [
      'acl',
      'db',
      'uploads',
      'service',
      'gateways',
      'client',
      'scripts',
      'bench',
      'test',
    ];
    const strays = (await listSources(...folders)).flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith('..') || name.startsWith('/'))
        .map((name) => `${path} imports ${name}`),
    );
    expect(strays).to.deep.equal([]);
    const outside = ['..', 'shared'].join('/');
    const readers = (await listSources('test')).filter(({ text }) => text.includes(outside));
    expect(readers.map(({ path }) => path)).to.deep.equal([]);
  });
});
