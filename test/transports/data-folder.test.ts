import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDataFolder } from '../../service/data-folder.ts';
import { operatorToken, ownSchema } from '../support/app.ts';
import { clientOf, platform } from '../support/caller.ts';
import { openPaths, pngOf } from '../support/files.ts';
import { serviceOn } from '../support/service.ts';

describe('The data folder', () => {
  let folder: string;
  let outside: string;
  /** The one that other tests of this process have left. */
  let umask: number;
  beforeEach(async () => {
    umask = process.umask(0o022);
    folder = await mkdtemp(join(tmpdir(), 'hubchat-data-'));
    outside = await mkdtemp(join(tmpdir(), 'hubchat-outside-'));
  });
  afterEach(async () => {
    process.umask(umask);
    for (const path of [folder, outside]) await rm(path, { recursive: true, force: true });
  });

  /** Writes a file that everyone may read, and folders for it. */
  async function writeOpen(path: string, mode = 0o664): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o755 });
    await writeFile(path, 'x');
    await chmod(path, mode);
  }

  it('is made private with all that a service has left in it, and nothing else is', async () => {
    await mkdir(join(folder, 'mariadb'), { mode: 0o700 });
    for (const name of ['secret-key', 'operator-token', 'files/hub/aa/x', 'mariadb/hubchat/t.ibd'])
      await writeOpen(join(folder, name));
    await writeOpen(join(folder, 'mariadb.log'), 0o777);
    await writeOpen(join(folder, 'notes.txt'));
    await writeOpen(join(outside, 'other'));
    await symlink(join(outside, 'other'), join(folder, 'files/link'));
    await chmod(folder, 0o777);
    const said: string[] = [];
    for (const _ of [1, 2]) {
      await openDataFolder(folder, (line) => said.push(line));
      expect(await openPaths(folder)).to.deep.equal(['files/link', 'notes.txt']);
    }
    expect(said).to.deep.equal([]);
    const modeOf = async (name: string) => (await stat(join(folder, name))).mode & 0o777;
    expect(await modeOf('mariadb/hubchat/t.ibd')).to.equal(0o600);
    expect(await modeOf('files/hub/aa')).to.equal(0o700);
    expect(await modeOf('.')).to.equal(0o700);
  });

  it('stays private while a service runs on it: secrets, files, thumbnails', async () => {
    await using schema = await ownSchema();
    await using service = await serviceOn(schema.address);
    await chmod(service.dataDir, 0o755);
    await service.start();
    const operator = platform(service.url);
    const { hub_id } = await operator.hub.create({ name: 'Hub' });
    const inHub = clientOf(operatorToken, hub_id, service.url);
    const { user_id } = await inHub.user.create({ firstname: 'Ann' });
    await inHub.hub.add_member({ user_id, privilege: 7 });
    const { token } = await operator.session.issue({ user_id, hub_id });
    const { chat } = clientOf(token, hub_id, service.url);
    const [staged] = await chat.upload({
      file: [new File([new Uint8Array(await pngOf(600, 400))], 'a.png', { type: 'image/png' })],
    });
    expect(staged).to.include({ width: 600 });
    expect(await openPaths(service.dataDir)).to.deep.equal([]);
    expect(await readdir(service.dataDir)).to.include.members(['secret-key', 'files']);
  });
});
