import { expect } from 'chai';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import { app } from '../support/app.ts';
import { newHub, newRoom } from '../support/hub.ts';

describe('A transaction that is undone to its beginning', () => {
  /** Whether another transaction could lock the row at once. */
  async function isFree(hubId: string, roomId: string): Promise<boolean> {
    const connection = await app().pool.getConnection();
    try {
      await connection.query('SELECT 1 FROM rooms WHERE hub_id = ? AND id = ? FOR UPDATE NOWAIT', [
        hubId,
        roomId,
      ]);
      return true;
    } catch (error) {
      // MariaDB: lock wait timeout; MySQL: ER_LOCK_NOWAIT.
      expect((error as { errno?: number }).errno).to.be.oneOf([1205, 3572]);
      return false;
    } finally {
      await connection.query('ROLLBACK');
      connection.release();
    }
  }

  it('keeps its locks, so that the call is retried under them', async () => {
    const { id, members } = await newHub({ alice: 7 });
    const room = await newRoom(members.alice);
    await transact(app().pool, async (tx) => {
      const hub = inHub(tx, id);
      await lockRooms(hub, [room]);
      expect(await isFree(id, room), 'locked').to.equal(false);
      await tx.undo();
      expect(await isFree(id, room), 'after undo').to.equal(false);
      expect((await lockRooms(hub, [room])).size).to.equal(1);
    });
    expect(await isFree(id, room), 'after the commit').to.equal(true);
  });
});
