import { expect } from 'chai';
import type { Mail } from '../../../acl/entities/mail.ts';
import type { Client } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { type Member, newHub } from '../../support/hub.ts';

/** Sends text and returns the message's id. */
export const send = async (from: Member, text: string, ...to: { id: string }[]): Promise<string> =>
  (await from.messaging.send({ to_ids: to.map((one) => one.id), text })).message_id;

/** All entries in a member's boxes, oldest first. */
export const boxed = async (
  member: Member,
  criteria: Record<string, unknown> = {},
): Promise<Mail[]> =>
  (await member.messaging.page({ criteria, sort: { created_ms: 1 }, rows: 100 })).items;

export const textsOf = (items: readonly { content: Record<string, unknown> }[]): unknown[] =>
  items.map(({ content }) => content.text);

/** The number of shared messages and of box entries of a hub. */
export async function rowsOf({ id }: { id: string }): Promise<{ mail: number; entries: number }> {
  const [rows] = await app().pool.query(
    `SELECT (SELECT COUNT(*) FROM mail WHERE hub_id = ?) AS mail,
            (SELECT COUNT(*) FROM mailboxes WHERE hub_id = ?) AS entries`,
    [id, id],
  );
  return (rows as { mail: number; entries: number }[])[0] ?? { mail: -1, entries: -1 };
}

/** Total and unread of the inbox, total of the sent box. */
export async function countsOf(
  member: Member,
): Promise<[inbox: number, unread: number, sent: number]> {
  const { inbox, sent } = await member.messaging.counts();
  return [inbox.total, inbox.unread, sent.total];
}

export const system = { name: 'Administrator' };

export const systemSend = async (
  client: Client,
  text: string,
  ...to: { id: string }[]
): Promise<string> =>
  (await client.messaging.sys_send({ to_ids: to.map((one) => one.id), text, from: system }))
    .message_id;

/** Contents in one member's inbox, identified by `k`. */
const contents: Record<string, unknown>[] = [
  { k: 'a', text: 'Hello World', n: 5, tags: ['x', 'y'], flag: true },
  { k: 'b', text: 'hello there', n: 10, tags: ['y'], flag: false },
  { k: 'c', text: '100% sure_', n: 2.5, tags: [], deep: { er: { v: 1 } } },
  { k: 'd', text: 'a.b (c) "q" \\ \'s\' é', n: -1, deep: { er: { v: null } }, none: null },
  { k: 'e', n: '5', tags: 'x', list: [1, 2], 'with space': 1, 'with-dash': 2 },
];

export async function filled(): Promise<Member> {
  const { alice } = (await newHub({ alice: 7 })).members;
  for (const content of contents) await alice.messaging.send({ to_ids: [alice.id], content });
  return alice;
}

/** The `k` of the contents that match the criteria. */
export const met = async (member: Member, criteria: Record<string, unknown>): Promise<string> =>
  (
    await member.messaging.page({
      criteria: { $and: [{ box: 'inbox' }, criteria] },
      sort: { 'content.k': 1 },
    })
  ).items
    .map(({ content }) => content.k)
    .join('');

export async function expectMet(
  member: Member,
  cases: readonly (readonly [criteria: Record<string, unknown>, keys: string])[],
) {
  for (const [criteria, keys] of cases)
    expect(await met(member, criteria), JSON.stringify(criteria)).to.equal(keys);
}
