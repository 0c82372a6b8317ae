import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { packageOf, people, type Sdk, type Version } from '../../support/genesys.ts';

const page = new URL('../../../docs/genesys.md', import.meta.url);
/** The variables of the examples. */
interface Named {
  jid: string;
  id: string;
  entities: unknown[];
  mine: object;
  client: Sdk['client'];
  alice: Sdk;
}
type Run = (...values: unknown[]) => Promise<Named>;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...source: string[]
) => Run;

/** Runs examples of the page in order against the tests' service; returns their variables. */
async function runExamples(
  version: Version,
  numbers: readonly number[],
  given: object,
  named: string,
  more = '',
) {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/```js\n(.*?)```/gs)].map(
    ([, code = '']) => code,
  );
  const { port } = new URL(app().url);
  const code = numbers
    .map((number) => blocks[number] ?? expect.fail(`no example ${number}`))
    .join('\n');
  const source = code
    .replace(/^import .*\n/m, '')
    .replaceAll('port: 3000', `port: ${port}`)
    .replaceAll('localhost:3000', `127.0.0.1:${port}`)
    .replaceAll("host: 'localhost'", "host: '127.0.0.1'");
  const names = ['platformClient', ...Object.keys(given)];
  const run = new AsyncFunction(...names, `${more}${source}\nreturn { ${named} };`);
  return run(packageOf(version), ...Object.values(given));
}

describe('The examples of docs/genesys.md', () => {
  it('run as they are: the ten lines', async () => {
    const { alice, bob } = await people({ alice: 7, bob: 7 });
    const given = { token: alice.native.token, bobId: bob.id };
    const { jid, id, entities, mine } = await runExamples(
      262,
      [0],
      given,
      'jid, id, entities, mine',
    );
    expect(entities).to.deep.equal((await bob.sdk.getChatsRoomMessages(jid)).entities);
    expect(entities).to.have.length(1);
    expect((await bob.sdk.getChatsRoom(jid)).pinnedMessages?.map((pin) => pin.id)).to.deep.equal([
      id,
    ]);
    expect(mine).to.have.nested.property('entities[0].id', jid);
  });

  it('run as they are: before setGateway', async () => {
    const { alice, bob } = await people({ alice: 7, bob: 7 });
    const { client } = await runExamples(
      181,
      [1],
      {},
      'client',
      'const client = new platformClient.ApiClient.instance.constructor();\n',
    );
    const { ChatApi } = packageOf(181);
    client.setAccessToken(alice.native.token);
    await new ChatApi(client).postChatsUserMessages?.(bob.id, { message: 'old' });
    expect(
      (await bob.sdk.getChatsUserMessages(alice.id)).entities.map((it) => it.body),
    ).to.deep.equal(['old']);
  });

  it('run as they are: several users in one process', async () => {
    const cast = await people({ alice: 7, bob: 7 });
    const given = { aliceToken: cast.alice.native.token };
    const { alice } = await runExamples(262, [2], given, 'alice');
    await alice.postChatsUserMessages(cast.bob.id, { message: 'Hi' });
    const { entities } = await cast.bob.sdk.getChatsUserMessages(cast.alice.id);
    expect(entities.map((it) => it.jid)).to.deep.equal([cast.alice.jid]);
  });
});
