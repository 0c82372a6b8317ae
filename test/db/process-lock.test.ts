import { expect } from 'chai';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { lockDatabase, lockName } from '../../db/connection/process-lock.ts';
import { ownSchema } from '../support/app.ts';
import { eventually } from '../support/wait.ts';
import { wireToDatabase } from '../support/wire.ts';

const quick = { waitSeconds: 0, checkEveryMs: 20 };

/** Another connection to the same database. */
async function outsider(address: DatabaseAddress) {
  const connection = await mysql.createConnection({ ...address });
  const read = async (sql: string) => {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${sql} AS found`);
    return rows[0]?.found as number | null;
  };
  return {
    holder: () => read(`IS_USED_LOCK(${lockName})`),
    take: () => read(`GET_LOCK(${lockName}, 10)`),
    kill: (id: number | null) => connection.query(`KILL ${id}`),
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

describe('The claim of a process on a database', () => {
  it('is refused while another process has it, and free once that has ended', async () => {
    await using schema = await ownSchema();
    await using other = await ownSchema();
    const lock = await lockDatabase(schema.address, quick);
    const refusal = await lockDatabase(schema.address, quick).catch(
      (error: Error) => error.message,
    );
    expect(refusal).to.match(/^Another hubchat process uses this database; .+\.$/);
    const elsewhere = await lockDatabase(other.address, quick);
    await Promise.all([lock.release(), elsewhere.release()]);
    const patient = { ...quick, waitSeconds: 10 };
    await (await lockDatabase(schema.address, patient)).release();
  });

  it('fails with the error of a database that refuses it', async () => {
    await using schema = await ownSchema();
    await using wire = await wireToDatabase(schema.address);
    wire.replace('GET_LOCK', 'GET_ROCK');
    const refusal = await lockDatabase(wire.address, quick).catch((error: Error) => error);
    expect(refusal).to.include({ code: 'ER_SP_DOES_NOT_EXIST' });
  });

  it('is renewed after its connection was lost', async () => {
    await using schema = await ownSchema();
    await using server = await outsider(schema.address);
    const lock = await lockDatabase(schema.address, quick);
    const first = await server.holder();
    await server.kill(first);
    await eventually(async () => ![first, null].includes(await server.holder()));
    await lock.release();
    await eventually(async () => (await server.holder()) === null);
  });

  it('is renewed where the server does not notice that its connection was lost', async () => {
    await using schema = await ownSchema();
    await using server = await outsider(schema.address);
    await using wire = await wireToDatabase(schema.address);
    const lock = await lockDatabase(wire.address, { ...quick, waitSeconds: 5, answerMs: 500 });
    const first = await server.holder();
    wire.freeze();
    const isRenewed = eventually(async () => ![first, null].includes(await server.holder()));
    const isLost = lock.lost.then(() => 'lost');
    expect(await Promise.race([isLost, isRenewed])).to.equal(undefined);
    await lock.release();
  });

  it('ends with the machine of its process, whose connections nothing closes', async () => {
    await using schema = await ownSchema();
    await using wire = await wireToDatabase(schema.address);
    const rare = { ...quick, checkEveryMs: 60_000, idleSeconds: 1 };
    const lock = await lockDatabase(wire.address, rare);
    wire.freeze();
    const patient = { ...quick, waitSeconds: 20 };
    await (await lockDatabase(schema.address, patient)).release();
    await lock.release();
  });

  it('is lost if another process was faster', async () => {
    await using schema = await ownSchema();
    await using server = await outsider(schema.address);
    const lock = await lockDatabase(schema.address, { ...quick, checkEveryMs: 300 });
    const taken = server.take();
    await using killer = await outsider(schema.address);
    await killer.kill(await killer.holder());
    expect(await taken).to.equal(1);
    await lock.lost;
    await lock.release();
  });
});
