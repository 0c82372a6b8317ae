import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { readFile, rm, statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { operatorToken } from '../../support/app.ts';
import { clientOf, platform } from '../../support/caller.ts';
import { serviceOn } from '../../support/service.ts';
import { eventually } from '../../support/wait.ts';

/** Takes all space of a disk, also what others free, until it is disposed of. */
function keepFull(path: string): Disposable {
  const chunk = Buffer.alloc(1024 * 1024);
  const timer = setInterval(() => {
    try {
      for (let chunks = 0; chunks < 50; chunks++) appendFileSync(path, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }, 5);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

describe('The embedded database on a full disk', () => {
  it('is started as soon as there is space again, with every committed row', async function () {
    if (spawnSync('unshare', ['-rm', 'true']).status !== 0) return this.skip();
    const onSmallDisk = 'mount -t tmpfs -o size=300m tmpfs "$HUBCHAT_DATA" && exec "$@"';
    const within = ['unshare', '-rm', 'sh', '-c', onSmallDisk, 'sh'];
    await using service = await serviceOn(undefined, {
      within,
      environment: { HUBCHAT_DB_LOG: '32' },
    });
    await service.start();
    const operator = platform(service.url);
    const { hub_id } = await operator.hub.create({ name: 'Kept' });
    const isReady = async () => (await fetch(`${service.url}/-/readyz`)).ok;
    const disk = `/proc/${service.pid}/root${service.dataDir}`;
    using filler = keepFull(`${disk}/filler`);
    await eventually(async () => (await statfs(disk)).bavail === 0);
    // A start makes this file again, in space that is taken as soon as the server has ended.
    await rm(`${disk}/mariadb/ibtmp1`);
    process.kill(Number(await readFile(`${disk}/mariadb/mariadb.pid`, 'utf8')), 'SIGKILL');
    // By then the next regular attempt is ten seconds away.
    await sleep(15_000);
    expect(await isReady()).to.equal(false);
    const freed = Date.now();
    filler[Symbol.dispose]();
    await rm(`${disk}/filler`);
    await eventually(isReady);
    expect(Date.now() - freed).to.be.below(7000);
    const { user_id } = await operator.user.create({ firstname: 'Ann' });
    expect(user_id).to.not.equal('');
    const { hub } = clientOf(operatorToken, hub_id, service.url);
    expect((await hub.info()).name).to.equal('Kept');
  });
});
