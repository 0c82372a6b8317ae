import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2';
import { connect } from '../../../db/connection/connect.ts';
import { migrationLockName } from '../../../db/setup/migrate.ts';
import { ownSchema } from '../../support/app.ts';
import { serviceOn } from '../../support/service.ts';
import { eventually } from '../../support/wait.ts';

/** Returns what a service says that does not start. */
async function failureOf(
  environment: Record<string, string>,
  within: readonly string[] = [],
): Promise<string> {
  await using schema = await ownSchema();
  await using service = await serviceOn(schema.address, { environment, within });
  const failure = await service.start().then(
    () => '',
    (error: Error) => error.message,
  );
  return failure.replace('the service did not start: ', '');
}

/** Without the right to listen below the first port that is open to every user. */
const unprivileged =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-net_bind_service'] : [];

/** Runs work while a port is in use. */
async function withTakenPort(work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  await work((server.address() as AddressInfo).port).finally(() => server.close());
}

describe('A start that cannot succeed ends at once, with a sentence', () => {
  it('for a folder that cannot be made', async () => {
    expect(await failureOf({ HUBCHAT_DATA: '/proc/hubchat/data' })).to.equal(
      'HUBCHAT_DATA: /proc/hubchat/data cannot be used: ENOENT.',
    );
  });

  it('for a port that is in use', async () => {
    await withTakenPort(async (port) => {
      expect(await failureOf({ PORT: String(port) })).to.equal(
        `PORT: ${port} is in use on 127.0.0.1; set another one.`,
      );
    });
  });

  it('for a port that its user may not have', async () => {
    expect(await failureOf({ PORT: '80' }, unprivileged)).to.equal(
      'PORT: this user may not listen on 80; set one above 1023.',
    );
  });

  it('for a port of the embedded database that is in use', async () => {
    await withTakenPort(async (port) => {
      expect(await failureOf({ DATABASE_URL: '', HUBCHAT_DB_PORT: String(port) })).to.equal(
        `HUBCHAT_DB_PORT: ${port} cannot be used; it is in use, or reserved.`,
      );
    });
  });

  it('for a database whose machine cannot be found', async () => {
    const host = 'x'.repeat(64);
    expect(await failureOf({ DATABASE_URL: `mysql://${host}/hubchat` })).to.match(
      /^DATABASE_URL: the database cannot be used: getaddrinfo \w+ x+\.$/,
    );
  });

  it('for a folder behind a link that leads nowhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hubchat-link-'));
    const link = join(folder, 'data');
    await symlink(join(folder, 'nowhere'), link);
    expect(await failureOf({ HUBCHAT_DATA: link })).to.equal(
      `HUBCHAT_DATA: ${link} cannot be used: ENOENT.`,
    );
    await rm(folder, { recursive: true });
  });
});

describe('A start that waits', () => {
  it('ends at once by SIGTERM', async () => {
    await using schema = await ownSchema();
    await using service = await serviceOn(schema.address);
    const pool = connect(schema.address, 1);
    const outsider = await pool.getConnection();
    try {
      // Another process is migrating the database.
      await outsider.query(`SELECT GET_LOCK(${migrationLockName}, 0)`);
      const failure = service.start().catch((error: Error) => error.message);
      await eventually(async () => {
        const [rows] = await outsider.query<RowDataPacket[]>(
          `SELECT 1 FROM information_schema.processlist
           WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%migrate%'`,
        );
        return rows.length > 0;
      });
      const startedMs = performance.now();
      process.kill(service.pid, 'SIGTERM');
      expect(await failure).to.equal('the service did not start: ');
      expect(performance.now() - startedMs).to.be.below(10_000);
    } finally {
      outsider.destroy();
      await pool.end();
    }
  });
});
