import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createGateways } from '../../gateways/index.ts';
import { readConfig } from '../../service/config.ts';
import { keepOperatorToken } from '../../service/secrets/files.ts';
import { runService } from '../../service/start.ts';
import { database } from '../support/app.ts';
import { createSchema, urlOf } from '../support/database.ts';
import { type Block, root } from './blocks.ts';

/** A service as a reader of the README has started it, and a folder to run its commands in. */
export interface Session extends AsyncDisposable {
  url: string;
  /** Replaces what a reader replaces: the address, and the password that was printed. */
  localize(code: string): string;
  /**
   * Runs blocks one after the other in one shell, so that later blocks see earlier variables.
   * Returns what each printed, and the variables at the end. Rejects when a command fails, also
   * by an HTTP status of 400 or more. A block marked `fails` must fail.
   */
  run(blocks: readonly Block[]): Promise<{ printed: string[]; variables: Record<string, string> }>;
}

export async function startSession(): Promise<Session> {
  const schema = await createSchema(urlOf(database()));
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-docs-'));
  const dataDir = join(folder, 'var');
  const environment = {
    PORT: '0',
    DATABASE_URL: urlOf(schema.address),
    HUBCHAT_DATA: dataDir,
    HUBCHAT_OPERATOR_TOKEN: await keepOperatorToken(dataDir),
    LOG_LEVEL: 'silent',
  };
  const lines: string[] = [];
  const config = readConfig(environment);
  const say = (line: string) => void lines.push(line);
  const service = await runService(config, say, createGateways(config.limits));
  const { url } = service.app;
  const { port } = new URL(url);
  const password = /ada@demo\.example\s+(\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  const photo = { width: 640, height: 480, channels: 3, background: '#446688' } as const;
  await sharp({ create: photo }).jpeg().toFile(join(folder, 'photo.jpg'));

  const localize = (code: string) =>
    code
      .replaceAll('localhost:3000', `localhost:${port}`)
      .replace('"password":"…"', `"password":"${password}"`);

  return {
    url,
    localize,
    async run(blocks) {
      const script = scriptOf(blocks.map((block) => ({ ...block, code: localize(block.code) })));
      await writeFile(join(folder, 'session.sh'), script);
      const env = { PATH: process.env.PATH, HOME: folder, ROOT: root, ...environment, PORT: port };
      await promisify(execFile)('bash', ['session.sh'], { cwd: folder, env }).catch(
        (error: Error & { stderr: string; stdout: string }) => {
          const at = blocks[error.stdout.trim().split('\n').length - 1];
          throw new Error(`${at?.place}: ${error.stderr || error.message}`);
        },
      );
      const read = (name: string) => readFile(join(folder, name), 'utf8');
      const printed = await Promise.all(blocks.map((_, index) => read(`printed.${index}`)));
      const variables = (await read('variables')).split('\0').map((one) => one.split(/=(.*)/s, 2));
      return { printed, variables: Object.fromEntries(variables) };
    },
    async [Symbol.asyncDispose]() {
      await service.stop();
      await schema[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Standard output names each block as it begins; what a block prints goes to a file of its own. */
const scriptOf = (blocks: readonly Block[]): string =>
  [
    // With `a`, variables that blocks assign are exported, and so listed at the end.
    'set -aeuo pipefail',
    // A refused call must fail its block, and replies must not run into each other.
    'curl() { command curl --fail-with-body "$@"; local code=$?; echo; return $code; }',
    'npm() { (cd "$ROOT" && command npm "$@"); }',
    ...blocks.flatMap(({ code, mark }, index) => {
      const commands = `{\n${code}} > printed.${index}`;
      return [`echo ${index}`, mark === 'fails' ? `if ${commands}; then exit 1; fi` : commands];
    }),
    'env -0 > variables',
  ].join('\n');
