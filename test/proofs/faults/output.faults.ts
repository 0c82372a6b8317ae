import { spawnSync } from 'node:child_process';
import { readFile, stat, truncate } from 'node:fs/promises';
import { expect } from 'chai';
import { connect } from '../../../db/connection/connect.ts';
import { operatorToken, ownSchema } from '../../support/app.ts';
import { clientOf, platform } from '../../support/caller.ts';
import { refused } from '../../support/hub.ts';
import { serviceOn } from '../../support/service.ts';

/** A service whose tag.list fails, so that each call of it is logged. */
async function withoutTags(within: readonly string[]) {
  const schema = await ownSchema();
  const service = await serviceOn(schema.address, { within });
  await service.start();
  const operator = platform(service.url);
  const { hub_id } = await operator.hub.create({ name: 'Hub' });
  const { user_id } = await operator.user.create({ firstname: 'Ann' });
  const inHub = clientOf(operatorToken, hub_id, service.url);
  await inHub.hub.add_member({ user_id, privilege: 7 });
  const { token } = await operator.session.issue({ user_id, hub_id });
  const { tag } = clientOf(token, hub_id, service.url);
  const pool = connect(schema.address, 1);
  await pool.query('RENAME TABLE tags TO lost').finally(() => pool.end());
  return {
    service,
    fail: () => refused(tag.list(), 'INTERNAL_ERROR'),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}

describe('A service whose log is on a full disk', () => {
  it('goes on, and logs again once there is space', async function () {
    if (spawnSync('unshare', ['-rm', 'true']).status !== 0) return this.skip();
    const onSmallDisk =
      'mkdir "$HUBCHAT_DATA/log" && mount -t tmpfs -o size=16k tmpfs "$HUBCHAT_DATA/log" && ' +
      'exec "$@" 2>>"$HUBCHAT_DATA/log/err"';
    await using failing = await withoutTags(['unshare', '-rm', 'sh', '-c', onSmallDisk, 'sh']);
    const { service, fail } = failing;
    const log = `/proc/${service.pid}/root${service.dataDir}/log/err`;
    for (let calls = 0; calls < 40; calls++) await fail();
    expect((await stat(log)).size).to.equal(16 * 1024);
    await truncate(log);
    await fail();
    const [line = ''] = (await readFile(log, 'utf8')).split('\n').slice(-2);
    expect(JSON.parse(line)).to.include({ msg: 'unexpected', where: 'tag.list' });
  });

  it('goes on without any output', async () => {
    await using failing = await withoutTags(['sh', '-c', 'exec "$@" 2>/dev/full', 'sh']);
    for (let calls = 0; calls < 5; calls++) await failing.fail();
    expect(failing.service.lives).to.equal(true);
  });
});
