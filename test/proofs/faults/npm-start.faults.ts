import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { operatorToken } from '../../support/app.ts';
import { platform } from '../../support/caller.ts';
import { eventually } from '../../support/wait.ts';

/** Returns how many processes have the folder's path in their command or environment. */
async function countProcesses(folder: string): Promise<number> {
  const found = spawn('sh', [
    '-c',
    `grep -lF "${folder}" /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null`,
  ]);
  let text = '';
  found.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(found, 'close');
  const isOwn = (line: string) => line.startsWith(`/proc/${found.pid}/`) || line === '';
  return text.split('\n').filter((line) => !isOwn(line)).length;
}

describe('npm start', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hubchat-npm-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('drains and stops everything by SIGTERM, the embedded database too', async () => {
    const npm = spawn('npm', ['start'], {
      env: {
        ...process.env,
        DATABASE_URL: '',
        PORT: '0',
        HUBCHAT_DATA: dataDir,
        HUBCHAT_OPERATOR_TOKEN: operatorToken,
        HUBCHAT_DEMO: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(npm, 'exit');
    let said = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    try {
      await eventually(async () => /listens at \S+/.test(said));
      const url = /listens at (\S+)/.exec(said)?.[1] ?? '';
      const { hub_id } = await platform(url).hub.create({ name: 'Hub' });
      // A call that is running: its body comes after the signal.
      const body = JSON.stringify({ firstname: 'Ann', hub_id });
      const running = http.request(`${url}/-/svc/user.create`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${operatorToken}`,
          'content-type': 'application/json',
          'content-length': body.length,
        },
      });
      const replied = once(running, 'response');
      running.write(body.slice(0, 5));
      await eventually(async () => (await fetch(`${url}/-/healthz`)).ok);
      npm.kill('SIGTERM');
      await eventually(async () => said.includes('Stopping'));
      running.end(body.slice(5));
      const [reply] = (await replied) as [http.IncomingMessage];
      expect(reply.statusCode).to.equal(200);
      reply.resume();
      const [code, signal] = await ended;
      expect([code, signal]).to.deep.equal([0, null]);
      expect(await countProcesses(dataDir)).to.equal(0);
    } finally {
      npm.kill('SIGKILL');
    }
  });
});
