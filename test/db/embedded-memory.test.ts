import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type DatabaseMemory, memoryFor } from '../../db/embedded/memory.ts';
import { type EmbeddedDatabase, startEmbedded } from '../../db/embedded/server.ts';

const gib = 1024 ** 3;

describe('The memory of the embedded database', function () {
  this.timeout(60_000);

  it('is a quarter of what the process may use, within bounds, with a log that fits', () => {
    const sizes = [0.25, 1, 8, 16, 64].map((memory) => memoryFor({}, memory * gib));
    expect(sizes).to.deep.equal([
      { bufferPool: 128, log: 32 },
      { bufferPool: 256, log: 32 },
      { bufferPool: 2048, log: 128 },
      { bufferPool: 4096, log: 256 },
      { bufferPool: 4096, log: 256 },
    ]);
    expect(memoryFor().bufferPool).to.be.within(128, 4096);
  });

  it('is what is configured instead', () => {
    expect(memoryFor({ bufferPool: 8192 }, gib)).to.deep.equal({ bufferPool: 8192, log: 256 });
    expect(memoryFor({ log: 64 }, gib)).to.deep.equal({ bufferPool: 256, log: 64 });
  });

  it('may change from start to start, also after a crash', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-memory-'));
    const start = (memory: DatabaseMemory) => startEmbedded({ dataDir, memory, say: () => {} });
    const first = await start({ bufferPool: 64, log: 16 });
    await ask(first, 'CREATE TABLE kept AS SELECT 1 AS one');
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    const second = await start({ bufferPool: 96, log: 24 });
    try {
      const sql = `SELECT one, @@innodb_buffer_pool_size DIV 1048576 AS bufferPool,
        @@innodb_log_file_size DIV 1048576 AS log FROM kept`;
      expect(await ask(second, sql)).to.deep.equal([{ one: 1, bufferPool: 96, log: 24 }]);
    } finally {
      await second.stop();
      await rm(dataDir, { recursive: true });
    }
  });
});

async function ask({ connection }: EmbeddedDatabase, sql: string): Promise<RowDataPacket[]> {
  const client = await createConnection(connection);
  try {
    const [rows] = await client.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
