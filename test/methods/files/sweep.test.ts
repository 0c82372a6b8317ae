import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { newId } from '../../../db/rows/ids.ts';
import { createDiskStore } from '../../../uploads/disk.ts';
import { sweep } from '../../../uploads/sweep.ts';
import { ownApp } from '../../support/app.ts';
import { filesIn, ownDatabase, ownFolder, pngOf, upload } from '../../support/files.ts';
import { newHub, refused } from '../../support/hub.ts';

describe('The sweep of files', () => {
  const hour = 3_600_000;

  it('removes files staged for 48 hours and leftovers of uploads, nothing else', async () => {
    await using own = await ownFolder();
    const { folder } = own;
    await using database = await ownDatabase();
    const start = Date.now();
    let now = start;
    await using app = await ownApp({ HUBCHAT_DATA: folder }, () => now, database.address);
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const temporary = join(folder, 'files', 'tmp');
    const deps = { pool: app.pool, store: createDiskStore(join(folder, 'files')), temporary };
    const stored = () => filesIn(join(folder, 'files', hubId));

    const old = (await upload(alice, 'old.png', await pngOf(9, 9))).nid;
    const attached = (await upload(alice, 'attached')).nid;
    await alice.chat.post({ entity_id: bob.id, attachment: [attached] });
    now = start + 24 * hour;
    const young = (await upload(alice, 'young')).nid;
    const stray = newId();
    const strayPath = join(folder, 'files', hubId, stray.slice(-2), stray);
    const foreignPath = strayPath.replace(hubId, newId());
    for (const path of [strayPath, foreignPath]) await mkdir(dirname(path), { recursive: true });
    await writeFile(foreignPath, 'of a hub that this database does not know');
    for (const path of [
      strayPath,
      `${strayPath}.thumb`,
      join(temporary, 'recent'),
      join(temporary, 'partial'),
    ])
      await writeFile(path, 'x');
    await utimes(join(temporary, 'partial'), start / 1000 - 3 * 3600, start / 1000 - 3 * 3600);
    const rest = [old, `${old}.thumb`, attached, young];

    expect(await sweep(deps, start + 1 * hour)).to.deep.equal({
      stale: 0,
      strays: 0,
      partial: 1,
      foreign: 1,
    });
    expect(await stored()).to.deep.equal([...rest, stray, `${stray}.thumb`].sort());
    expect(await filesIn(temporary)).to.deep.equal(['recent']);
    expect(await sweep(deps, start + 2.1 * hour)).to.deep.equal({
      stale: 0,
      strays: 2,
      partial: 1,
      foreign: 1,
    });
    expect(await stored()).to.deep.equal([...rest].sort());
    expect(await sweep(deps, start + 48 * hour)).to.deep.equal({
      stale: 0,
      strays: 0,
      partial: 0,
      foreign: 1,
    });
    expect(await sweep(deps, start + 48 * hour + 1)).to.deep.equal({
      stale: 1,
      strays: 0,
      partial: 0,
      foreign: 1,
    });
    expect(await stored()).to.deep.equal([attached, young].sort());
    expect(await sweep(deps, start + 71 * hour)).to.deep.equal({
      stale: 0,
      strays: 0,
      partial: 0,
      foreign: 1,
    });

    await refused(alice.chat.post({ entity_id: bob.id, attachment: [old] }), 'INVALID_ATTACHMENT');
    expect(
      (await alice.chat.post({ entity_id: bob.id, attachment: [young] })).attachment_count,
    ).to.equal(1);
    expect(await sweep(deps, start + 1000 * hour)).to.deep.equal({
      stale: 0,
      strays: 0,
      partial: 0,
      foreign: 1,
    });
    expect(await stored()).to.deep.equal([attached, young].sort());
    expect(await filesIn(dirname(foreignPath))).to.deep.equal([stray]);
  });
});
