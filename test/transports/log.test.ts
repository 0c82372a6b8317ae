import { execFile } from 'node:child_process';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createLog } from '../../service/log.ts';

/**
 * Standard error of a separate process that runs this code after `const log = createLog('info')`.
 */
async function written(code: string): Promise<string> {
  const script = `import { createLog } from './service/log.ts';
    const log = createLog('info');
    ${code}`;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', script],
    { cwd: new URL('../..', import.meta.url) },
  );
  return stderr;
}

describe('The log', () => {
  it('holds the code of an error, but no statement, packet or token', async () => {
    const lines = await written(`
      const sql = 'INSERT INTO sessions VALUES (SECRET)';
      const fault = () => Object.assign(new Error("Duplicate entry 'SECRET' for key 'PRIMARY'"), {
        code: 'ER_DUP_ENTRY', errno: 1062, sql, sqlMessage: 'SECRET',
        rawPacket: Buffer.from('SECRET'), token: 'hcs_SECRET',
      });
      const query = (cause) => Object.assign(
        new Error('Failed query: insert into sessions values (?)\\nparams: SECRET', { cause }),
        { name: 'DrizzleQueryError', query: sql, params: ['SECRET'] },
      );
      log.error({ err: fault() }, 'plain');
      log.error({ err: query(fault()) }, 'wrapped');
      log.error({ err: new Error('The call failed', { cause: query(fault()) }) }, 'deeper');
      const full = Object.assign(new Error('SECRET'), { code: 'ENOSPC', syscall: 'write' });
      log.error({ err: new Error('not stored', { cause: full }) }, 'disk');
      log.error({ err: Object.assign(new Error('a bug'), { token: 'hcs_SECRET' }) }, 'ours');
    `);
    const entries = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const packet = JSON.stringify(Buffer.from('SECRET').toJSON().data);
    for (const entry of entries)
      expect(JSON.stringify(entry), entry.msg)
        .to.not.match(/SECRET|insert into|params/i)
        .and.not.contain(packet);
    expect(entries.map(({ msg, err }) => [msg, err.code])).to.deep.include.members([
      ['plain', 'ER_DUP_ENTRY'],
      ['wrapped', 'ER_DUP_ENTRY'],
    ]);
    expect(entries.find(({ msg }) => msg === 'disk').err.cause).to.deep.equal({
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(entries.find(({ msg }) => msg === 'ours').err).to.include({
      message: 'a bug',
      type: 'Error',
    });
    expect(entries[0].err.stack).to.contain(' at ');
  });

  it('does not fill the memory while its reader has stopped', () => {
    const waiting: (() => void)[] = [];
    const reader = new Writable({ write: (_line, _encoding, done) => void waiting.push(done) });
    const log = createLog('info', reader);
    const where = 'x'.repeat(1000);
    for (let lines = 0; lines < 20_000; lines++) log.info({ where }, 'again');
    expect(reader.writableLength).to.be.within(1_000_000, 5_000_000);
  });
});
