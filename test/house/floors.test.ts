import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { longFunctions } from '../../scripts/figures/functions.ts';
import {
  crowdedFolders,
  importCircles,
  readSources,
  type Source,
} from '../../scripts/figures/sources.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the files of a place may import beside each other. */
interface Floor {
  may: readonly string[];
  /** Places of which they may import types only. */
  types?: readonly string[];
  /** Packages, and `node:` for Node's own modules. */
  packages?: readonly string[];
}

const everyone = ['service/config.ts', 'service/log.ts', 'service/metrics.ts'];
const rows = ['acl', 'db/connection', 'db/tables', 'db/rows'];
const driver = ['mysql2', 'drizzle-orm', 'node:'];

const pagePackages = ['react'];
const pageParts = ['client', 'web/ui', 'web/i18n', 'web/route.ts', 'web/session-context.ts'];

/** A place is a folder or a file; for a file the longest place that holds it counts. */
const floors: Readonly<Record<string, Floor>> = {
  acl: { may: [], packages: ['zod'] },
  'db/connection': { may: ['acl'], packages: [...driver, 'uuid'] },
  'db/embedded': { may: ['db/connection'], packages: driver },
  'db/setup': { may: rows, packages: driver },
  'db/tables': { may: ['acl'], packages: ['drizzle-orm'] },
  'db/rows': { may: rows, packages: ['drizzle-orm', 'node:', 'uuid'] },
  'db/reading': { may: rows },
  'db/log': { may: rows },
  'db/writing': { may: [...rows, 'db/reading'] },
  'db/upkeep': { may: [...rows, 'db/reading', 'db/writing'] },
  'db/access': { may: [...rows, 'db/reading', 'db/writing'] },
  uploads: {
    may: ['acl', 'db/connection', 'db/rows'],
    packages: ['multer', 'sharp', 'file-type', 'uuid', 'node:'],
  },
  'service/config.ts': { may: ['service/config-kinds.ts'], packages: ['zod'] },
  'service/config-kinds.ts': { may: ['acl'], packages: ['zod', 'node:'] },
  'service/log.ts': { may: [], packages: ['pino'] },
  'service/metrics.ts': { may: ['acl'], packages: ['prom-client'] },
  'service/secrets': {
    may: ['acl', 'db/connection', 'service/limits'],
    types: ['db/rows'],
    packages: ['@node-rs/argon2', 'node:'],
  },
  'service/limits': {
    may: ['acl', 'db/connection', ...everyone],
    packages: ['rate-limiter-flexible', 'p-limit', 'node:'],
  },
  'service/present': { may: ['acl'], types: ['db'] },
  'service/events': { may: ['acl', 'db', 'service/present', ...everyone], packages: ['node:'] },
  'service/core': {
    may: ['acl', 'db', 'uploads', 'service/events', 'service/secrets', ...everyone],
    types: ['service/limits'],
    packages: ['jose', 'zod', 'node:'],
  },
  'service/actions': {
    may: ['acl', 'db', 'service/events', 'service/present', 'service/limits'],
    types: ['service/core'],
  },
  'service/methods': {
    may: ['acl', 'db', 'service/events', 'service/present', 'service/actions', 'service/secrets'],
    types: ['service/core'],
    packages: ['node:'],
  },
  'service/jobs': {
    may: ['acl', 'db', 'uploads', 'service/core', 'service/events', 'service/present']
      .concat('service/actions')
      .concat(everyone),
    packages: ['node:'],
  },
  'service/gateways': {
    may: ['acl', 'db', 'service/core', 'service/events', ...everyone],
    types: ['service/secrets', 'service/limits'],
  },
  'service/gateways/port.ts': {
    may: ['acl'],
    types: ['service/core', 'service/events', 'service/limits', 'db/rows'],
  },
  'service/docs': { may: ['acl', ...everyone], packages: ['zod', 'marked'] },
  'service/http': {
    may: ['acl', 'db', 'uploads', 'service/core', 'service/events', 'service/gateways']
      .concat('service/docs', 'service/limits', 'service/secrets')
      .concat(everyone),
    packages: ['koa', '@koa/router', 'sirv', 'node:'],
  },
  'service/realtime': {
    may: ['acl', 'db', 'service/core', 'service/events', 'service/gateways', ...everyone],
    types: ['service/limits'],
    packages: ['socket.io', 'ws', 'node:'],
  },
  service: { may: ['acl', 'db', 'uploads', 'service'], packages: ['node:'] },
  'service/main.ts': { may: ['service', 'gateways'] },
  gateways: {
    may: ['acl'],
    types: ['service/gateways/port.ts'],
    packages: ['zod', 'node:crypto', 'p-limit'],
  },
  client: { may: [], packages: ['socket.io-client', 'idb', 'react'] },
  'web/i18n': { may: ['client', 'web/kept.ts'], packages: ['@lingui/core'] },
  'web/ui': { may: ['client', 'web/i18n', 'web/kept.ts'], packages: pagePackages },
  'web/messages': {
    may: [
      ...[...pageParts, 'web/reactions', 'web/viewer'],
      ...['web/composer/use-composition.ts', 'web/composer/use-growth.ts'],
    ],
    packages: [...pagePackages, 'linkifyjs'],
  },
  'web/pins': {
    may: [...pageParts, 'web/messages/actions', 'web/messages/text/marks.ts'],
    packages: pagePackages,
  },
  'web/reactions': {
    may: [...pageParts, 'web/kept.ts', 'web/messages/actions'],
    packages: pagePackages,
  },
  'web/threads': {
    may: [...pageParts, 'web/messages', 'web/composer/use-composition.ts'],
    packages: pagePackages,
  },
  'web/viewer': { may: pageParts, packages: pagePackages },
  'web/composer': {
    may: [...pageParts, 'web/reactions', 'web/messages/text/marks.ts'],
    packages: pagePackages,
  },
  'web/notify': { may: pageParts, packages: pagePackages },
  'web/settings': { may: [...pageParts, 'web/notify/notify.ts'], packages: pagePackages },
  'web/mail': {
    may: [
      ...pageParts,
      'web/conversations/dialogs/member-picker.tsx',
      'web/messages/text/text.tsx',
    ],
    packages: pagePackages,
  },
  'web/details': {
    may: [
      ...[...pageParts, 'web/viewer', 'web/messages/text/marks.ts'],
      ...['web/conversations/name.ts', 'web/conversations/use-room.ts'],
    ],
    packages: [...pagePackages, '@tanstack/react-virtual'],
  },
  web: { may: ['client'], packages: [...pagePackages, '@tanstack/react-virtual', 'react-dom'] },
};

/** Written by `npm run reference`. */
const generated = 'client/contract.ts';

/** The only files that may import a package; the rest of the service does not know it. */
const edges: Readonly<Record<string, RegExp>> = {
  koa: /^service\/http\//,
  '@koa/router': /^service\/http\//,
  'socket.io': /^service\/realtime\//,
  ws: /^service\/realtime\//,
  multer: /^uploads\/multipart\.ts$/,
};

const sourceFolders = ['acl', 'db', 'uploads', 'service', 'gateways', 'client', 'web'];
const toolFolders = ['scripts', 'bench', 'test'];

const isIn = (place: string, path: string): boolean =>
  path === place || path.startsWith(`${place}/`);
const isPackage = (allowed: string, name: string): boolean =>
  allowed.endsWith(':') ? name.startsWith(allowed) : isIn(allowed, name);

function placeOf(path: string): string {
  const places = Object.keys(floors).filter((place) => isIn(place, path));
  return places.sort((a, b) => b.length - a.length)[0] ?? expect.fail(`${path} is on no floor`);
}

function straysOf({ path, imports, runs, packages }: Source): string[] {
  const place = placeOf(path);
  const { may, types = [], packages: allowed = [] } = floors[place] as Floor;
  const reachable = [place, ...may];
  const strays = imports.filter(
    (name) =>
      !reachable.some((one) => isIn(one, name)) &&
      (runs.includes(name) || !types.some((one) => isIn(one, name))),
  );
  const foreign = packages.filter((name) => !allowed.some((one) => isPackage(one, name)));
  return [...strays, ...foreign].map((name) => `${path} imports ${name}`);
}

describe('The floors', () => {
  let sources: Source[];
  before(async () => {
    sources = await readSources(root, sourceFolders);
  });

  it('let every file import only what its floor may', () => {
    expect(sources.length).to.be.greaterThan(150);
    expect(sources.flatMap(straysOf)).to.deep.equal([]);
  });

  it('have no file that imports itself through others, types included', async () => {
    const all = [...sources, ...(await readSources(root, toolFolders))];
    expect(importCircles(all)).to.deep.equal([]);
  });

  it('find a circle and a stray import where there is one', () => {
    const file = (path: string, ...imports: string[]): Source => ({
      ...{ path, text: '', imports, runs: imports, packages: [] },
    });
    const circle = [file('acl/a.ts', 'acl/b.ts'), file('acl/b.ts', 'acl/c.ts')];
    expect(importCircles([...circle, file('acl/c.ts', 'acl/a.ts')])).to.have.length(1);
    expect(importCircles([...circle, file('acl/c.ts')])).to.deep.equal([]);
    expect(straysOf(file('service/methods/tag.ts', 'service/core/call.ts'))).to.have.length(1);
    expect(straysOf(file('db/rows/ids.ts', 'db/access/rooms.ts'))).to.have.length(1);
  });

  it('stop Koa, Socket.IO, ws and multer at their edges', () => {
    for (const [name, edge] of Object.entries(edges)) {
      const users = sources.filter(({ packages }) => packages.some((one) => isIn(name, one)));
      expect(users, name).to.not.deep.equal([]);
      expect(users.filter(({ path }) => !edge.test(path)).map(({ path }) => path)).to.deep.equal(
        [],
      );
    }
  });

  it('let no handler open a transaction or test a permission bit', () => {
    const handlers = sources.filter(({ path }) => /^service\/(methods|actions)\//.test(path));
    expect(handlers.length).to.be.greaterThan(40);
    for (const { path, text } of handlers) {
      expect(text, `${path} opens a transaction`).to.not.match(/\btransact\(/);
      expect(text, `${path} tests a bit`).to.not.match(/\ballows\(/);
    }
  });

  it('have at most 14 source files side by side', async () => {
    const all = [...sources, ...(await readSources(root, ['scripts', 'bench']))];
    const crowded = crowdedFolders(all).filter(({ files }) => files > 14);
    expect(crowded).to.deep.equal([]);
  });

  it('have no long files: 350 lines of source, 500 of tests', async () => {
    const lines = ({ text }: Source) => text.split('\n').length - 1;
    const tools = await readSources(root, toolFolders);
    const long = [
      ...sources.filter((source) => lines(source) > 350 && source.path !== generated),
      ...tools.filter((source) => lines(source) > 500),
    ];
    expect(long.map(({ path }) => path)).to.deep.equal([]);
  });

  it('have no function of more than 60 lines, and no component of more than 75', async () => {
    const all = [...sources, ...(await readSources(root, ['scripts', 'bench']))];
    const functions = longFunctions(root, all, 1);
    expect(functions).to.not.be.empty;
    const most = (path: string) => (path.endsWith('.tsx') ? 75 : 60);
    expect(functions.filter(({ lines, path }) => lines > most(path))).to.deep.equal([]);
  });

  it('have no line of more than 100 columns', async () => {
    const all = [...sources, ...(await readSources(root, toolFolders))];
    const written = all.filter(({ path }) => path !== generated);
    const long = written.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) => ([...line].length > 100 ? `${path}:${index + 1}` : [])),
    );
    expect(long).to.deep.equal([]);
  });

  it('need nothing outside the repository', async () => {
    const all = [...sources, ...(await readSources(root, toolFolders))];
    const strays = all.flatMap(({ path, imports }) =>
      imports.filter((name) => name.startsWith('..')).map((name) => `${path} imports ${name}`),
    );
    expect(strays).to.deep.equal([]);
    const outside = ['..', 'shared'].join('/');
    const tests = await readSources(root, ['test']);
    expect(
      tests.filter(({ text }) => text.includes(outside)).map(({ path }) => path),
    ).to.deep.equal([]);
  });
});
