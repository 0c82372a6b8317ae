import type { Pool } from '../../../db/connection/connect.ts';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import { type Drift, findDrift } from '../../../db/upkeep/recount.ts';
import { headersOf, upload } from '../../support/files.ts';
import { dayMs, type ForwardApp } from '../../support/forward.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { request } from '../../support/request.ts';

/** A hub of `newAged`, with its members and the ids of its messages and files. */
export type Aged = Awaited<ReturnType<typeof newAged>>;

/**
 * A hub with a group room of Alice, Bob, Carol and Dan (who has read nothing) and two direct
 * conversations. Messages in `old` are 12 days old, `reply` and `later` 6 days, `fresh` is new.
 */
export async function newAged({ app, putForward }: ForwardApp) {
  const hub = await newHub({ admin: 31, alice: 7, bob: 7, carol: 7, dan: 7 }, app);
  const { alice, bob, carol, dan } = hub.members;
  const room = await newRoom(alice, bob, carol, dan);
  const post = async (by: Member, entity_id: string, message: string, more: object = {}) =>
    (await by.chat.post({ entity_id, message, ...more })).message_id;

  const { nid: file } = await upload(alice, 'old.txt', 'old bytes');
  const old = {
    root: await post(alice, room, 'old root', {
      attachment: [file],
      mention_ids: [bob.id],
      echoId: 'an-echo',
    }),
    second: await post(bob, room, 'old second'),
    direct: await post(alice, bob.id, 'old direct'),
    lone: await post(alice, carol.id, 'old lone'),
  };
  await alice.chat.pin({ message_ids: [old.root, old.second] });
  await bob.chat.react({ message_id: old.root, emoji: '👍' });
  await carol.chat.delete({ option: 'me', messages: [old.second] });
  putForward(6 * dayMs);
  const { nid: laterFile } = await upload(alice, 'later.txt', 'later bytes');
  const reply = await post(carol, room, 'the reply', { thread_id: old.root });
  const later = await post(alice, room, 'later', { attachment: [laterFile] });
  await alice.chat.pin({ message_id: later });
  putForward(6 * dayMs);
  const fresh = await post(bob, room, 'fresh');
  const freshDirect = await post(bob, alice.id, 'fresh direct');
  return { ...hub, ...hub.members, room, old, reply, later, fresh, freshDirect, file, laterFile };
}

export const texts = (rows: readonly { message: string }[]): string[] =>
  rows.map((row) => row.message);

/** The HTTP status of a request for the bytes of a file. */
export const statusOf = async (member: Member, nid: string, url: string): Promise<number> =>
  (await request(`/-/file/${nid}`, { verb: 'GET', headers: headersOf(member) }, url)).status;

/** Stored counters of a hub’s rooms that differ from a fresh count. */
export async function driftOf(pool: Pool, hubId: string): Promise<Drift[]> {
  const [rooms] = await pool.query('SELECT id FROM rooms WHERE hub_id = ?', [hubId]);
  const found = await Promise.all(
    (rooms as { id: string }[]).map(({ id }) =>
      transact(pool, (tx) => findDrift(inHub(tx, hubId), [id])),
    ),
  );
  return found.flat();
}
