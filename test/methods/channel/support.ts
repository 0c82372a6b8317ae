import { expect } from 'chai';
import type { Channel } from '../../../acl/entities/channel.ts';
import type { Grant } from '../../../acl/language/permission.ts';
import type { Client } from '../../../client/index.ts';
import { inHub, transact } from '../../../db/connection/transaction.ts';
import { findDrift } from '../../../db/upkeep/recount.ts';
import { app } from '../../support/app.ts';
import { clientOf, platform } from '../../support/caller.ts';
import { synced } from '../../support/events.ts';
import type { Member } from '../../support/hub.ts';
import type { Device, ReceivedEvent } from '../../support/socket.ts';
import { eventually } from '../../support/wait.ts';

interface World {
  id: string;
  operator: Client;
}

/** A global channel of the hub with this sub id. */
export const newChannel = (
  { operator }: World,
  subId = 'lobby',
  params: object = {},
): Promise<Channel> => operator.channel.create({ type: 'gl', sub_id: subId, ...params });

/** Events the owner's device has received so far, up to a marker message from the other member. */
export async function receivedBy(
  device: Device,
  owner: Member,
  other: Member,
): Promise<ReceivedEvent[]> {
  const { message_id, room_id } = await other.chat.post({
    entity_id: owner.id,
    message: 'That was all.',
  });
  await eventually(() =>
    device.received.some(({ data }) => 'message_id' in data && data.message_id === message_id),
  );
  return device.received.filter((event) => event.room_id !== room_id);
}

/** Asserts that the device received what chat.sync lists, field by field. */
export async function expectSyncedAs(
  device: Device,
  member: Member,
  since = device.ready.seq,
): Promise<void> {
  const events = await synced(member, since);
  await eventually(() => device.received.length >= events.length);
  expect([...device.received]).to.deep.equal(events);
}

/** Asserts that every stored counter of the room equals a fresh count. */
export async function expectNoDrift({ id }: { id: string }, roomId: string): Promise<void> {
  expect(await transact(app().pool, (tx) => findDrift(inHub(tx, id), [roomId]))).to.deep.equal([]);
}

export const textsOf = (messages: readonly { message: string }[]): string[] =>
  messages.map(({ message }) => message);

/** The messages of a channel as every member reads them, oldest first. */
export const history = async (
  reader: Pick<Client, 'channel'>,
  channelId: string,
): Promise<string[]> => textsOf(await reader.channel.recent({ channel_id: channelId, limit: 250 }));

export const say = async (
  author: Pick<Client, 'channel'>,
  channelId: string,
  text: string,
): Promise<string> =>
  (await author.channel.post_simple({ channel_id: channelId, text })).message_id;

/** The member, with a token limited to these scopes. */
export async function narrowed(member: Member, ...grants: Grant[]): Promise<Client> {
  const { token } = await platform().session.issue({
    user_id: member.id,
    hub_id: member.hubId,
    grants,
  });
  return clientOf(token, member.hubId);
}

/** The system, by a key of the hub instead of the operator. */
export async function keyOf({ id, operator }: World, permission = 31): Promise<Client> {
  const { key } = await operator.key.create({ name: 'The app', permission });
  return clientOf(key, id);
}

/** Unread messages of the member, in the room and in total. */
export async function unreadOf(
  member: Member,
  roomId: string,
): Promise<{ room: number; total: number }> {
  const row = await member.chat.chat_room_info({ key: roomId });
  return { room: row.unread_count, total: (await member.chat.count_all()).total_cnt };
}

/**
 * Starts the calls one after the other while no transaction can commit in the hub: each when the
 * earlier ones wait for a lock. Then releases them.
 */
export async function atOnce<T>(
  { id }: { id: string },
  ...calls: (() => Promise<T>)[]
): Promise<PromiseSettledResult<T>[]> {
  const connection = await app().pool.getConnection();
  const started: Promise<PromiseSettledResult<T>[]>[] = [];
  try {
    await connection.query('START TRANSACTION');
    await connection.query('SELECT seq FROM hubs WHERE id = ? FOR UPDATE', [id]);
    for (const call of calls) {
      started.push(Promise.allSettled([call()]));
      let before: string[] = [];
      await eventually(async () => {
        const now = await listLocking();
        const waiting = now.filter((one) => before.includes(one));
        before = now;
        return waiting.length >= started.length;
      });
    }
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
  return (await Promise.all(started)).flat();
}

/** The running statements that take a lock. */
async function listLocking(): Promise<string[]> {
  const [rows] = await app().pool.query(
    `SELECT CONCAT(id, ' ', info) AS one FROM information_schema.processlist
     WHERE db = DATABASE() AND id <> CONNECTION_ID()
       AND LOWER(info) RLIKE 'update hubs set|for update|insert into .echoes'`,
  );
  return (rows as { one: string }[]).map((row) => row.one);
}

/**
 * Reproducible pseudo-random numbers: integers from 0 up to a bound, the same for the same seed.
 */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
