import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { transact } from '../../db/connection/transaction.ts';
import { keepOperatorToken, readOperatorToken } from '../../service/secrets/files.ts';
import { app, operatorToken } from '../support/app.ts';
import { clientOf, newLogin, platform } from '../support/caller.ts';
import { newHub, refused } from '../support/hub.ts';
import { untyped } from '../support/untyped.ts';

interface Entry {
  method: string;
  outcome: string;
  actor: string;
  address: string;
  hubId: string | null;
}

/** The audit rows of the hub, oldest first. */
const auditOf = (hubId: string) =>
  transact(app().pool, (tx) =>
    tx.read<Entry>(
      `SELECT method, outcome, actor, address, hub_id AS hubId FROM audit
       WHERE hub_id = ? ORDER BY id`,
      [hubId],
    ),
  );

/** Audit rows without a hub, since that time. */
const auditSince = (id: string) =>
  transact(app().pool, (tx) =>
    tx.read<Entry>(
      'SELECT method, outcome, actor FROM audit WHERE hub_id IS NULL AND id > ? ORDER BY id',
      [id],
    ),
  );

async function lastAudit(): Promise<string> {
  const [row] = await transact(app().pool, (tx) =>
    tx.read<{ id: string }>('SELECT MAX(id) AS id FROM audit', []),
  );
  return row?.id ?? '';
}

describe('The operator', () => {
  it('is audited for every call, with its hub, wherever that was named', async () => {
    const { id, operator } = await newHub({});
    await operator.hub.update({ name: 'Renamed' });
    await platform().hub.info(untyped({ hub_id: id }));
    const trace = await auditOf(id);
    expect(trace.map(({ method, outcome }) => [method, outcome])).to.deep.equal([
      ['hub.update', 'ok'],
      ['hub.info', 'ok'],
    ]);
    expect(trace[0]).to.include({ actor: 'operator', hubId: id });
    expect(trace[0]?.address).to.match(/127\.0\.0\.1/);
  });

  it('is audited for refused calls, too', async () => {
    const { operator } = await newHub({});
    const { email } = await newLogin();
    const last = await lastAudit();
    await refused(platform().user.create({ email, firstname: 'Eve' }), 'EMAIL_TAKEN');
    await refused(platform().user.create({ firstname: '' }), 'INVALID_INPUT');
    await refused(operator.chat.post({ entity_id: 'x', message: 'Hi' }), 'PERMISSION_DENIED');
    await refused(clientOf(operatorToken, 'x'.repeat(200)).hub.info(), 'PERMISSION_DENIED');
    expect((await auditSince(last)).map(({ method, outcome }) => [method, outcome])).to.deep.equal([
      ['user.create', 'EMAIL_TAKEN'],
      ['user.create', 'INVALID_INPUT'],
      ['chat.post', 'PERMISSION_DENIED'],
      ['hub.info', 'PERMISSION_DENIED'],
    ]);
  });

  it('causes no audit rows for the calls of others', async () => {
    const { id, members } = await newHub({ owner: 63 });
    const before = await auditOf(id);
    await members.owner.hub.update({ name: 'Renamed' });
    expect(await auditOf(id)).to.deep.equal(before);
  });

  it('reads no conversation', async () => {
    const { operator, members } = await newHub({ alice: 7, bob: 7 });
    await members.alice.chat.post({ entity_id: members.bob.id, message: 'secret' });
    for (const call of [
      () => operator.chat.chat_rooms(),
      () => operator.chat.sync({ since: 0 }),
      () => operator.chat.messages({ entity_id: members.alice.id }),
      () => operator.contact.list(),
    ])
      await refused(call(), 'PERMISSION_DENIED');
  });

  it('is authenticated by the exact token only', async () => {
    for (const token of [
      operatorToken.slice(0, -1),
      `${operatorToken}x`,
      operatorToken.toUpperCase(),
      '',
    ])
      await refused(clientOf(token).hub.create({ name: 'Mine' }), 'NOT_AUTHENTICATED');
  });
});

describe('The operator’s token', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hubchat-operator-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is created at the first start, readable by its owner only, and kept', async () => {
    const dataDir = join(folder, 'var');
    const token = await keepOperatorToken(dataDir);
    expect(token).to.match(/^[\w-]{43}$/);
    expect(await keepOperatorToken(dataDir)).to.equal(token);
    expect(await readOperatorToken(dataDir)).to.equal(token);
    expect(((await stat(join(dataDir, 'operator-token'))).mode & 0o777).toString(8)).to.equal(
      '600',
    );
    expect((await readFile(join(dataDir, 'operator-token'), 'utf8')).trim()).to.equal(token);
    expect(await keepOperatorToken(join(folder, 'other'))).to.not.equal(token);
  });

  it('leaves no empty file on a full disk, so that the next start makes it', async () => {
    const unfinished = join(folder, 'operator-token.new');
    await symlink('/dev/full', unfinished);
    const refusal = await keepOperatorToken(folder).catch((error: Error) => error);
    expect(refusal).to.include({ code: 'ENOSPC' });
    await rm(unfinished);
    expect(await keepOperatorToken(folder)).to.match(/^[\w-]{43}$/);
  });

  it('stops the start with a sentence when the file has fewer than 32 characters', async () => {
    const file = join(folder, 'operator-token');
    for (const content of ['', '\n', `${randomBytes(8).toString('hex')}\n`]) {
      await writeFile(file, content);
      const message = await keepOperatorToken(folder).then(
        () => 'started',
        (error: Error) => error.message,
      );
      expect(message).to.contain(file).and.contain('32 characters');
    }
  });
});
