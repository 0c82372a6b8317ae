import { expect } from 'chai';
import { build } from '../../../db/connection/statements.ts';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import { newId } from '../../../db/rows/ids.ts';
import { sessions } from '../../../db/tables/index.ts';
import { newSessionToken } from '../../../service/secrets/tokens.ts';
import { app } from '../../support/app.ts';
import { clientOf, newLogin, platform } from '../../support/caller.ts';
import { dayMs, forwardApp } from '../../support/forward.ts';
import { newHub, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

/** Inserts sessions as the service does, but at once; returns their tokens, the oldest first. */
async function insertSessions(
  count: number,
  row: { userId: string; hubId?: string | null; kind?: string; ended?: boolean },
): Promise<string[]> {
  const { userId, hubId = null, kind = 'issued', ended } = row;
  const tokens = Array.from({ length: count }, newSessionToken);
  const now = Date.now();
  const rows = tokens.map((token) => ({
    ...{ id: newId(), tokenHash: hashOf(token), kind, userId, hubId, privilegeCap: 63 },
    ...{ userAgent: '', createdMs: now, expiresMs: now + 1e9 },
    ...(ended ? { endedAs: 'ended' as const } : {}),
  }));
  await transact(app().pool, async (tx) => tx.atCommit(build.insert(sessions).values(rows)));
  return tokens;
}

const countOf = (userId: string, kind: string) =>
  transact(app().pool, async (tx) => {
    const [row] = await inHub(tx, '').read<{ live: number; total: number }>(
      `SELECT COUNT(*) AS total, COUNT(*) - COUNT(ended_as) AS live FROM sessions
       WHERE user_id = ? AND kind = ?`,
      [userId, kind],
    );
    return row;
  });

describe('The sessions of a user', () => {
  it('are at most 100 of a kind and hub: another ends the oldest, and its sockets', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const [oldest = '', second = ''] = await insertSessions(99, { userId: alice.id });
    const others = [
      ...(await insertSessions(100, { userId: alice.id, hubId: id })),
      ...(await insertSessions(100, { userId: alice.id, kind: 'password' })),
    ];
    using device = await alice.device();
    using kept = await openDevice({ url: app().url, token: oldest, hubId: id });
    await platform().session.issue({ user_id: alice.id });
    await device.cut;
    const { details } = await refused(alice.session.whoami(), 'NOT_AUTHENTICATED');
    expect(details).to.deep.equal(['token: ended']);
    await platform().session.issue({ user_id: alice.id });
    await kept.cut;
    await refused(clientOf(oldest).session.whoami(), 'NOT_AUTHENTICATED');
    for (const token of [second, others[0] ?? '', others[100] ?? ''])
      expect((await clientOf(token).session.whoami()).user.id).to.equal(alice.id);
  });

  it('are at most 100 also when many log in at the same time', async () => {
    const { id } = await newLogin();
    await insertSessions(95, { userId: id });
    await Promise.all(Array.from({ length: 20 }, () => platform().session.issue({ user_id: id })));
    expect((await countOf(id, 'issued'))?.live).to.equal(100);
  });

  it('leave at most 100 rows of ended ones', async () => {
    const { id } = await newLogin();
    await insertSessions(150, { userId: id, ended: true });
    await platform().session.issue({ user_id: id });
    expect(await countOf(id, 'issued')).to.deep.equal({ live: 1, total: 101 });
  });

  it('outlive a log-in while the clock is forty days ahead', async () => {
    await using forward = await forwardApp();
    const { id } = await newLogin();
    const [live = ''] = await insertSessions(1, { userId: id });
    await insertSessions(100, { userId: id, ended: true });
    forward.putForward(40 * dayMs);
    await platform(forward.app.url).session.issue({ user_id: id });
    expect((await clientOf(live).session.whoami()).user.id).to.equal(id);
  });

  it('are listed 45 a page, after the session_id of a row', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const { alice } = members;
    await insertSessions(45, { userId: alice.id });
    await operator.key.create({ name: 'Bot', permission: 7, user_id: alice.id });
    await insertSessions(45, { userId: alice.id, hubId: id });
    const pages = [await alice.session.list()];
    for (let last = pages[0]?.at(-1); last; last = pages.at(-1)?.at(-1))
      pages.push(await alice.session.list({ after: last.session_id }));
    expect(pages.map((page) => page.length)).to.deep.equal([45, 45, 2, 0]);
    const ids = pages.flat().map((row) => row.session_id);
    expect(ids).to.deep.equal([...new Set(ids)].sort().reverse());
    expect(pages[1]?.[0]).to.include({ kind: 'key' });
  });
});
