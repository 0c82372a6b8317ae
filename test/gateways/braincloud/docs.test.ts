import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { reasonOf, reasons } from '../../../gateways/braincloud/errors.ts';
import { decisions, values } from '../../../gateways/braincloud/guesses.ts';
import { catalogues } from '../../../gateways/braincloud/operations/index.ts';
import { newApplication, newPlayer } from '../../support/braincloud.ts';
import { postTo } from '../../support/s2s.ts';

const page = readFileSync(new URL('../../../docs/braincloud.md', import.meta.url), 'utf8');

/** Returns the rows of the tables under a heading, without their headers. */
function tablesUnder(heading: string): string[][][] {
  const section =
    page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? expect.fail(`no ${heading}`);
  const tables = section
    .trim()
    .split('\n\n')
    .filter((block) => block.startsWith('| '));
  return tables.map((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.slice(2, -2).split(' | ')),
  );
}

const code = (name: string) => `\`${name}\``;

describe('docs/braincloud.md', () => {
  it('lists every guess with its name and decision', () => {
    const decided = Object.entries<string | number>({ ...values, ...decisions });
    expect(tablesUnder('Guesses')).to.deep.equal([
      decided.map(([name, what]) => [code(name), String(what)]),
    ]);
  });

  it('lists every call with its methods', () => {
    const calls = [catalogues.client, catalogues.server].map((catalogue) =>
      Object.entries(catalogue).flatMap(([service, operations]) =>
        Object.entries(operations).map(([name, { methods }]) => [
          code(`${service}.${name}`),
          methods.map(code).join(', ') || '–',
        ]),
      ),
    );
    expect(tablesUnder('Calls')).to.deep.equal(calls);
  });

  it('lists the reason of every error', () => {
    const response = Object.entries(reasonOf).map(([name, reason]) => {
      const { status, code: number } = reasons[reason];
      return [code(name), String(status), `${number} ${code(reason)}`];
    });
    expect(tablesUnder('Errors')).to.deep.equal([response]);
  });

  it('lists every call of the published client for chat, messaging and sockets', async () => {
    await using player = newPlayer({ appId: 'none', appSecret: 'none' }, 'http://127.0.0.1:9');
    for (const service of ['chat', 'messaging', 'rttService'] as const) {
      const known = catalogues.client[service === 'rttService' ? 'rttRegistration' : service] ?? {};
      const names = Object.entries(player.bc[service] as object).filter(([name]) =>
        name.startsWith('OPERATION_'),
      );
      expect(names.length, service).to.be.greaterThan(0);
      for (const [, operation] of names as [string, string][])
        expect(known).to.have.property(operation);
    }
  });

  it('has examples that run', async () => {
    const { appId, appSecret, serverName, serverSecret, url, channelId } = await newApplication();
    const js = /```js\n(.*?)```/s.exec(page)?.[1] ?? expect.fail('no example');
    const { port } = new URL(url);
    const source = js.replace('localhost:3000', `127.0.0.1:${port}`);
    const require = createRequire(import.meta.url);
    const before = Object.getOwnPropertyDescriptors(globalThis);
    const names = ['XMLHttpRequest', 'window', 'WebSocket', 'localStorage'] as const;
    const loaded = require.resolve('braincloud');
    const { log } = console;
    try {
      console.log = () => {};
      const run = new Function('require', 'appId', 'appSecret', 'console', `${source}\nreturn bc;`);
      const response = await new Promise((resolve) => {
        const bc = run(require, appId, appSecret, {
          log: (reply: unknown) => resolve([reply, bc]),
        });
      });
      const [reply, bc] = response as [
        object,
        { brainCloudClient: { resetCommunication(): void } },
      ];
      expect(reply).to.deep.equal({ data: { channelId }, status: 200 });
      bc.brainCloudClient.resetCommunication();
    } finally {
      console.log = log;
      for (const path of Object.keys(require.cache))
        if (path.startsWith(loaded.replace(/index\.js$/, ''))) delete require.cache[path];
      for (const name of [...names, 'FormData'] as const) {
        const was = before[name as 'WebSocket'];
        if (was) Object.defineProperty(globalThis, name, was);
        else delete (globalThis as Record<string, unknown>)[name];
      }
    }
    const shell = /-d '(\{"appId":.*?\}\})'/s.exec(page)?.[1] ?? expect.fail('no call');
    const shellValues = { APP_ID: appId, SERVER_NAME: serverName, SERVER_SECRET: serverSecret };
    const call = shell.replace(
      /'\$(\w+)'/g,
      (_all, name: keyof typeof shellValues) => shellValues[name],
    );
    expect((await postTo(`${url}/s2sdispatcher`, call)).body.status).to.equal(200);
  });
});
