import { expect } from 'chai';
import type { Client } from '../../client/index.ts';
import { connect, type Pool } from '../../db/connection/connect.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { newChannel } from '../methods/channel/support.ts';
import { app, database } from '../support/app.ts';
import { clientOf } from '../support/caller.ts';
import { memberOf, newHub, refused } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

/** A right of Bob's, and how it ends. */
interface Right {
  caller: Client;
  end: readonly [sql: string, ...params: unknown[]];
  code: 'NOT_AUTHENTICATED' | 'PERMISSION_DENIED';
}

/*
 * Each right ends while the second reading of a call waits: that needs a table which is locked, and
 * which the first reading does not. Another connection ends it, without the service's knowledge.
 */
describe('A right that ends between two readings of a call', () => {
  let beside: Pool;
  before(() => {
    beside = connect(database(), 1);
  });
  after(() => beside.end());

  const isWaiting = async (table: string): Promise<boolean> => {
    const [rows] = await beside.query(
      `SELECT 1 FROM information_schema.processlist
       WHERE db = DATABASE() AND state = 'Waiting for table metadata lock' AND info LIKE ?`,
      [`%${table}%`],
    );
    return (rows as unknown[]).length > 0;
  };

  /** Runs a call, which waits for a table until another connection has run a statement. */
  async function whileItWaits<T>(
    table: string,
    call: () => Promise<T>,
    [sql, ...params]: Right['end'],
  ): Promise<T> {
    const holder = await beside.getConnection();
    try {
      await holder.query(`LOCK TABLES ${table} WRITE`);
      const result = call();
      result.catch(() => {});
      await eventually(() => isWaiting(table));
      const [ended] = await beside.query(sql, params);
      expect((ended as { affectedRows: number }).affectedRows, sql).to.equal(1);
      await holder.query('UNLOCK TABLES');
      return await result;
    } finally {
      await holder.query('UNLOCK TABLES');
      holder.release();
    }
  }

  async function newScene() {
    const hub = await newHub({ owner: 63, alice: 7, bob: 7 });
    const { owner, alice, bob } = hub.members;
    const { channel_id } = await newChannel(hub);
    const inChannel = { channel_id, text: 'in the channel' };
    const { message_id: posted } = await alice.channel.post_simple(inChannel);
    const { message_id } = await alice.chat.post({ entity_id: bob.id, message: 'for Bob' });
    await alice.chat.react({ message_id, emoji: '👍', state: 1 });
    const calls: [table: string, read: (client: Client) => Promise<unknown>][] = [
      ['messages', (client) => client.channel.recent({ channel_id })],
      ['messages', (client) => client.channel.get_message({ channel_id, message_id: posted })],
      ['rooms', (client) => client.chat.sync({ since: 0 })],
      ['reactions', (client) => client.chat.sync({ since: 0 })],
    ];
    const session = async (): Promise<{ caller: Client; hash: string }> => {
      const caller = await memberOf(app(), bob.id, hub.id);
      return { caller, hash: hashOf(caller.token) };
    };
    const atHub = [hub.id, bob.id];
    const rights: Record<string, () => Promise<Right>> = {
      async session() {
        const { caller, hash } = await session();
        const end = ["UPDATE sessions SET ended_as = 'ended' WHERE token_hash = ?", hash] as const;
        return { caller, end, code: 'NOT_AUTHENTICATED' };
      },
      async key() {
        const given = { name: 'Bot', permission: 7, user_id: bob.id };
        const { key, key_id } = await owner.key.create(given);
        const end = ['UPDATE `keys` SET revoked_ms = 1 WHERE id = ?', key_id] as const;
        return { caller: clientOf(key, hub.id), end, code: 'NOT_AUTHENTICATED' };
      },
      async privilege() {
        const { caller } = await session();
        const sql = 'UPDATE members SET privilege = 1 WHERE hub_id = ? AND user_id = ?';
        return { caller, end: [sql, ...atHub], code: 'PERMISSION_DENIED' };
      },
      async 'hub membership'() {
        const { caller } = await session();
        const sql = 'UPDATE members SET privilege = 0 WHERE hub_id = ? AND user_id = ?';
        return { caller, end: [sql, ...atHub], code: 'PERMISSION_DENIED' };
      },
    };
    const restore = () =>
      beside.query('UPDATE members SET privilege = 7 WHERE hub_id = ? AND user_id = ?', atHub);
    return { calls, rights, restore };
  }

  for (const name of ['session', 'key', 'privilege', 'hub membership'])
    it(`ends what its caller gets: ${name}`, async () => {
      const { calls, rights, restore } = await newScene();
      for (const [table, read] of calls)
        for (const isFirst of [true, false]) {
          await restore();
          const { caller, end, code } = (await rights[name]?.()) as Right;
          if (!isFirst) await read(caller);
          await refused(
            whileItWaits(table, () => read(caller), end),
            code,
          );
        }
    });
});
