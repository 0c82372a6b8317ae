import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import type { Socket } from 'socket.io-client';
import { createClient } from '../../client/index.ts';
import { type Block, blocksOf, root } from './blocks.ts';
import { runScript } from './script.ts';
import { type Session, startSession } from './session.ts';

/** Written from the contract, the configuration and the tests. */
const generated = ['reference', 'configuration', 'isolation', 'costs'].map(
  (name) => `docs/${name}.md`,
);
/** Their JavaScript is run by test/gateways, with the SDKs that it needs. */
const ofGateways = ['docs/genesys.md', 'docs/braincloud.md'];
/** Pages whose variables others use come first. */
const first = ['README.md', 'docs/calls.md', 'docs/auth.md'];

/** Commands of the blocks marked `no-run`: they take minutes, or start another hubchat. */
const notRun = [
  'README.md: npm ci && npm start',
  'README.md: npm ci && npm test',
  'docs/benchmarks.md: npm run bench',
  'docs/benchmarks.md: npm run bench -- --only post --only page',
  'docs/benchmarks.md: npm run bench -- --only post --rounds 1 --seconds 1',
  'docs/benchmarks.md: npm run bench -- --against ../older',
  'docs/benchmarks.md: npm run bench -- --help',
  'docs/embedding.md: npm ci && npm start',
  'docs/operating.md: npm ci --omit=dev && npm start',
  'docs/operating.md: npm ci',
  'docs/operating.md: npm run migrate',
  'docs/operating.md: npm run --silent import -- test/data/ubuntu-irc-sample.jsonl --verify',
  'docs/testing.md: npm test',
  'docs/testing.md: npm run test:methods',
  'docs/testing.md: npm run test:one test/methods/tag',
  'docs/testing.md: npm run check',
  'docs/testing.md: npm run test:model -- --seed 100 --steps 10000',
  'docs/testing.md: npm run test:crash -- --kills 100',
  'docs/testing.md: npm run test:fuzz -- --requests 100000',
  'docs/testing.md: npm run test:neighbours',
  'docs/testing.md: npm run test:collapse',
  'docs/testing.md: npm run test:faults',
  'docs/testing.md: npm run test:mysql',
  'docs/testing.md: npm run test:browser',
  'docs/testing.md: npm run isolation',
  'docs/testing.md: npm run costs',
  'docs/testing.md: npm run test:client -- --browser firefox --seed 3 --seeds 40 --faults 30',
  "docs/testing.md: npm run test:client -- --only 'cut,disk full'",
];

async function listPages(): Promise<string[]> {
  const names = (await readdir(`${root}/docs`)).filter((name) => name.endsWith('.md'));
  const apart = new Set([...first, ...generated]);
  return [...first, ...names.map((name) => `docs/${name}`).filter((page) => !apart.has(page))];
}

describe('The commands and snippets of the README and docs', () => {
  let session: Session;
  let blocks: Block[];
  let variables: Record<string, string>;
  const printed = new Map<Block, string>();
  const scripts = () =>
    blocks.filter(
      ({ place, language, mark }) =>
        ['js', 'ts'].includes(language) &&
        mark !== 'of-example' &&
        !ofGateways.some((page) => place.startsWith(page)),
    );

  before(async () => {
    blocks = (await Promise.all((await listPages()).map(blocksOf))).flat();
    session = await startSession();
    const commands = blocks.filter(
      ({ language, mark = '' }) => language === 'sh' && !['no-run', 'server'].includes(mark),
    );
    const ran = await session.run(commands);
    for (const [index, block] of commands.entries()) printed.set(block, ran.printed[index] ?? '');
    variables = ran.variables;
  });
  after(() => session?.[Symbol.asyncDispose]());

  it('run in a shell, one after the other', () => {
    expect(printed.size).to.be.greaterThan(8);
    expect(variables).to.include.keys('TOKEN', 'BEN', 'KEY', 'NID');
  });

  it('show replies as they come', () => {
    const shown = blocks.filter(({ language }) => language === 'json');
    expect(shown).to.not.be.empty;
    for (const block of shown) {
      const call = blocks[blocks.indexOf(block) - 1] as Block;
      const reply = printed.get(call)?.trim().split('\n').at(-1) ?? '';
      expectShown(block.place, JSON.parse(withoutEllipsis(block.code)), JSON.parse(reply));
    }
  });

  it('run as modules', async () => {
    expect(scripts()).to.not.be.empty;
    for (const { code } of scripts())
      (await runScript(session.localize(code), variables))[Symbol.dispose]();
  });

  it('are left to the reader only where they install, start, import or test', () => {
    const left = blocks.filter(({ mark }) => mark === 'no-run');
    const commands = left.flatMap(({ place, code }) =>
      [...code.matchAll(/^npm [^#\n]*[^#\s]/gm)].map(
        ([command]) => `${place.split(':')[0]}: ${command}`,
      ),
    );
    expect(commands).to.deep.equal(notRun);
  });

  it('follow events: signals and deleted messages do no harm, and nothing is missed', async () => {
    const [block] = scripts().filter(({ place }) => place.startsWith('README.md'));
    using ran = await runScript(session.localize(block?.code ?? ''), variables, 'since');
    const [socket] = ran.sockets;
    if (!socket) return expect.fail('the snippet opens no socket');
    await next(socket, 'ready');
    expect(ran.logged.splice(0)).to.have.length(1);
    const { OPERATOR, BEN = '', TOKEN } = variables;
    const { url } = session;
    const operator = createClient({ url, token: OPERATOR });
    const ben = createClient({
      url,
      token: (await operator.session.issue({ user_id: BEN })).token,
    });
    const ada = (await createClient({ url, token: TOKEN }).session.whoami()).user.id;

    const received = next(socket, 'chat.post');
    const { seq } = await ben.chat.post({ entity_id: ada, message: 'Hello Ada' });
    await received;
    expect([ran.logged.splice(0), ran.read()]).to.deep.equal([['Ben: Hello Ada'], seq]);

    const signal = next(socket, 'chat.typing');
    await ben.chat.typing({ entity_id: ada, state: 1 });
    await signal;
    expect(ran.read()).to.equal(seq);

    socket.disconnect();
    const lost = await ben.chat.post({ entity_id: ada, message: 'Never mind' });
    await ben.chat.delete({ option: 'all', messages: [lost.message_id] });
    await ben.chat.post({ entity_id: ada, message: 'Still there?' });
    const ready = next(socket, 'ready');
    socket.connect();
    const { seq: newest } = await ready;
    expect([ran.logged, ran.read()]).to.deep.equal([['Ben: Still there?'], newest]);
  });
});

const next = (socket: Socket, name: string): Promise<{ seq: number }> =>
  new Promise((resolve) => void socket.once(name, resolve));

/** `…` stands for more keys at the end of an object. */
const withoutEllipsis = (json: string): string => json.replace(/,\s*…\s*(?=[}\]])/g, '');

/** Every key that is shown is there, with a value of its type; text that has no `…` is the same. */
function expectShown(place: string, shown: unknown, actual: unknown): void {
  if (Array.isArray(shown)) {
    expect(actual, place).to.be.an('array');
    for (const [at, one] of shown.entries()) expectShown(place, one, (actual as unknown[])[at]);
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [key, one] of Object.entries(shown)) {
      expect(actual, place).to.have.property(key);
      expectShown(`${place} ${key}`, one, (actual as Record<string, unknown>)[key]);
    }
  } else if (typeof shown === 'string' && !shown.includes('…'))
    expect(actual, place).to.equal(shown);
  else expect(typeof actual, place).to.equal(typeof shown);
}
