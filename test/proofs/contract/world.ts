import { is } from 'drizzle-orm';
import { getTableConfig, MySqlTable } from 'drizzle-orm/mysql-core';
import type { By } from '../../../acl/language/by.ts';
import type { ErrorCode } from '../../../acl/language/errors.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { allows, type Permission, privileges } from '../../../acl/language/permission.ts';
import type { Client } from '../../../client/index.ts';
import { transact } from '../../../db/connection/transaction.ts';
import { queueSession } from '../../../db/rows/identity/sessions.ts';
import { newId } from '../../../db/rows/ids.ts';
import * as tables from '../../../db/tables/index.ts';
import type { App } from '../../../service/app.ts';
import { newSessionToken } from '../../../service/secrets/tokens.ts';
import { operatorToken } from '../../support/app.ts';
import { newLogin, platform } from '../../support/caller.ts';
import { fetchLight, type Response } from '../../support/client.ts';
import { upload, uploadIds } from '../../support/files.ts';
import { type Member, memberOf, newHub, newRoom, type TestHub } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

/** A kind of caller, with its token and privilege in the called hub. */
export const callers = {
  anonymous: { kind: 'nobody', bits: 0 },
  stranger: { kind: 'user', bits: 0 },
  other: { kind: 'user', bits: 0 },
  viewer: { kind: 'user', bits: privileges.viewer },
  member: { kind: 'user', bits: privileges.member },
  moderator: { kind: 'user', bits: privileges.moderator },
  admin: { kind: 'user', bits: privileges.admin },
  owner: { kind: 'user', bits: privileges.owner },
  key: { kind: 'key', bits: privileges.admin },
  operator: { kind: 'operator', bits: 63 },
} as const satisfies Record<string, { kind: 'nobody' | 'user' | 'key' | 'operator'; bits: number }>;
export type CallerName = keyof typeof callers;
export const callerNames = Object.keys(callers) as CallerName[];

/**
 * Things of every kind that a parameter may refer to: all of another hub, deleted, or not the
 * caller's.
 */
export interface Things {
  user: string;
  room: string;
  message: string;
  tag: string;
  file: string;
  key: string;
  session: string;
  hub: string;
}

type Names =
  | 'viewer'
  | 'member'
  | 'moderator'
  | 'admin'
  | 'owner'
  | 'peer'
  | 'spare'
  | 'shunned'
  | 'loner'
  | 'gone';

export interface World {
  app: App;
  url: string;
  hub: TestHub<Names>;
  members: Record<Names, Member>;
  /** An owner of the other hub, and a user without a hub. */
  other: Member;
  stranger: Member;
  otherHub: TestHub<'other'>;
  tokens: Record<CallerName, string | undefined>;
  /**
   * A room with all members except the loner and the shunned; in it a message of the peer, and one
   * of the peer with a file.
   */
  room: string;
  message: string;
  fileMessage: string;
  file: string;
  login: { email: string; password: string };
  /** A global channel, and a message of the peer in it. */
  channel: string;
  channelMessage: string;
  /** A message of the peer to themselves, and one of the system to all. */
  mail: string;
  /** A message from the system. */
  notice: string;
  bulk: string;
  /** A key of kind braincloud. */
  appSecret: string;
  /** A key of kind oauth. */
  client: { id: string; secret: string };
  /**
   * Things of the other hub; deleted ones; and, where they exist, another user's in the same hub.
   */
  foreign: Things;
  deleted: Partial<Things>;
  notMine: Partial<Things>;
}

/**
 * Two hubs: the first has a member of each privilege and everything that a parameter may refer to.
 */
export async function newWorld(app: App): Promise<World> {
  const hub = await newHub<Names>(
    {
      ...privileges,
      ...{ peer: 7, spare: 7, shunned: 7, loner: 7, gone: 7 },
    },
    app,
  );
  const { members } = hub;
  const { member, peer, loner, owner } = members;
  const otherHub = await newHub({ other: 63 }, app);
  const { other } = otherHub.members;
  const { user_id: strangerId } = await platform(app.url).user.create({ firstname: 'Stranger' });
  const stranger = await memberOf(app, strangerId, hub.id);

  const { viewer, moderator, admin, spare } = members;
  const room = await newRoom(owner, viewer, member, moderator, admin, peer, spare);
  const file = (await upload(peer)).nid;
  const fileMessage = await post(peer, room, { attachment: [file] });
  const message = await post(peer, room);
  await owner.chat.pin({ message_id: message });

  const { key } = await hub.operator.key.create({ name: 'Key', permission: callers.key.bits });
  const tokens = {
    anonymous: undefined,
    stranger: stranger.token,
    other: other.token,
    viewer: viewer.token,
    member: member.token,
    moderator: moderator.token,
    admin: admin.token,
    owner: owner.token,
    key,
    operator: operatorToken,
  };
  const made = await hub.operator.key.create({
    name: 'Client',
    permission: 7,
    kind: 'oauth',
    user_id: members.peer.id,
  });
  const client = { id: made.key_id, secret: made.key };
  const { app_secret: appSecret = '' } = await hub.operator.key.create({
    name: 'App',
    permission: 7,
    kind: 'braincloud',
  });
  const { channel_id: channel } = await hub.operator.channel.create({
    type: 'gl',
    sub_id: 'contract',
  });
  const posted = await peer.channel.post_simple({ channel_id: channel, text: 'In the channel' });
  const { message_id: mail } = await peer.messaging.send({ to_ids: [peer.id], text: 'To myself' });
  const { message_id: notice } = await hub.operator.messaging.sys_send({
    ...{ to_ids: [peer.id], text: 'News', from: { name: 'Admin' } },
  });
  const { message_id: bulk } = await hub.operator.messaging.sys_send_bulk({
    text: 'All',
    from: { name: 'Admin' },
  });
  const foreign = await things(
    otherHub.operator,
    other,
    await otherHub.join('Far'),
    otherHub.id,
    app,
  );
  const {
    hub: _hub,
    key: _key,
    user: _user,
    ...notMine
  } = await things(hub.operator, loner, peer, hub.id, app);
  const login = await newLogin(undefined, app);
  await hub.operator.hub.add_member({ user_id: login.id, privilege: 7 });
  return {
    ...{
      app,
      url: app.url,
      hub,
      members,
      other,
      stranger,
      otherHub,
      tokens,
      room,
      message,
      fileMessage,
      file,
      login,
      client,
      ...{ appSecret, channel, channelMessage: posted.message_id, mail, notice, bulk },
    },
    ...{ foreign, notMine, deleted: await removedThings(hub, members, room, app) },
  };
}

let posts = 0;
export async function post(
  by: Member,
  entityId: string,
  more: { attachment?: string[] } = {},
): Promise<string> {
  const { message_id: id } = await by.chat.post({
    entity_id: entityId,
    message: `Message ${++posts}`,
    ...more,
  });
  return id;
}

/** The id of a new session of a user. */
export async function newSession(by: Member, app: App): Promise<string> {
  await platform(app.url).session.issue({ user_id: by.id });
  const [newest] = await by.session.list({});
  return newest?.session_id ?? '';
}

/** The token of a new session of a user, as a log-in makes it. */
export async function newPasswordSession(userId: string, { pool }: App): Promise<string> {
  const token = newSessionToken();
  const [now, day] = [Date.now(), 86_400_000];
  const times = { createdMs: now, expiresMs: now + day };
  const session = { id: newId(), token, kind: 'password', userId, privilegeCap: 63, userAgent: '' };
  await transact(pool, async (tx) => queueSession(tx, { ...session, ...times }));
  return token;
}

async function things(
  operator: Client,
  by: Member,
  friend: Member,
  hubId: string,
  app: App,
): Promise<Things> {
  const room = await newRoom(by, friend);
  return {
    ...{ user: by.id, room, hub: hubId },
    message: await post(by, room),
    tag: (await by.tag.create({ name: 'Tag' })).tag_id,
    file: (await uploadIds(by, 1))[0] ?? '',
    key: (await operator.key.create({ name: 'Key', permission: 3 })).key_id,
    session: await newSession(by, app),
  };
}

/** Things that the member had and that are deleted. */
async function removedThings(
  hub: TestHub<Names>,
  { member, owner, gone }: World['members'],
  room: string,
  app: App,
) {
  const had = await things(hub.operator, member, owner, hub.id, app);
  const left = await newRoom(owner, member);
  await owner.room.remove({ entity_id: left, user_id: member.id });
  const message = await post(member, room);
  await member.chat.delete({ option: 'all', messages: [message] });
  await member.tag.remove({ tag_id: had.tag });
  await member.chat.upload_remove({ nid: had.file });
  await hub.operator.key.revoke({ key_id: had.key });
  await member.session.revoke({ session_id: had.session });
  await hub.operator.hub.remove_member({ user_id: gone.id });
  const { hub: _, ...removed } = had;
  return { ...removed, user: gone.id, room: left, message };
}

export interface Answer {
  status: number;
  error?: ErrorCode;
  details?: string[];
  data?: unknown;
}

/** Every code that each method has returned in this run. */
export const seen = new Map<string, Set<ErrorCode>>();
export const errorsSeen = (method: string): ErrorCode[] => [...(seen.get(method) ?? [])].sort();
export function note(method: string, { error }: Answer): void {
  if (error) seen.set(method, (seen.get(method) ?? new Set()).add(error));
}

export interface Sent {
  token?: string | undefined;
  params?: object | string;
  hubId?: string | undefined;
  verb?: 'GET' | 'POST';
  headers?: Record<string, string>;
}

/** A call as an untyped client may send it; returns the reply and notes its error. */
export async function send(world: Pick<World, 'url'>, method: string, sent: Sent): Promise<Answer> {
  const response = await request(world, method, sent);
  const { error, details, data } = (await response.json()) as Omit<Answer, 'status'>;
  const answer: Answer = response.ok
    ? { status: 200, data }
    : { status: response.status, ...{ error, details } };
  note(method, answer);
  return answer;
}

/** Sends a call. The hub is in the header, unless a parameter of the method names one. */
export function request(world: Pick<World, 'url'>, method: string, sent: Sent): Promise<Response> {
  const { token, params = {}, hubId, verb = 'POST', headers = {} } = sent;
  const files = [typeof params === 'object' && 'file' in params ? params.file : []]
    .flat()
    .filter((value) => value instanceof Blob);
  const isNamed = hubId !== undefined && (typeof params === 'string' || !('hub_id' in params));
  return fetchLight(`${world.url}/-/svc/${method}`, {
    method: verb,
    headers: {
      ...(verb === 'POST' && files.length === 0 ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(isNamed ? { 'x-hub-id': hubId } : {}),
      ...headers,
    },
    ...(verb === 'POST' ? { body: files.length > 0 ? formOf(files) : asText(params) } : {}),
  });
}

const asText = (params: object | string): string =>
  typeof params === 'string' ? params : JSON.stringify(params);

function formOf(files: readonly Blob[]): FormData {
  const form = new FormData();
  for (const file of files) form.append('file', file);
  return form;
}

/**
 * The stored state of both hubs and their users by table, without the audit rows of the operator's
 * calls.
 */
export async function stored({
  app,
  hub,
  otherHub,
  stranger,
}: World): Promise<Record<string, string>> {
  const hubIds = [hub.id, otherHub.id];
  const query = async (text: string, values: unknown[] = []) =>
    (await app.pool.query(text, values))[0] as object[];
  const underWay = `SELECT hub_id FROM due_receipts WHERE hub_id IN (?)
    UNION ALL SELECT hub_id FROM attachments WHERE hub_id IN (?) AND state = 'freed'
    UNION ALL SELECT hub_id FROM mail WHERE hub_id IN (?) AND bulk_after IS NOT NULL`;
  await eventually(async () => (await query(underWay, [hubIds, hubIds, hubIds])).length === 0);
  const people = (await query('SELECT user_id AS id FROM members WHERE hub_id IN (?)', [
    hubIds,
  ])) as { id: string }[];
  const userIds = [stranger.id, ...people.map(({ id }) => id)];
  const params = digests.flatMap(({ by }) => [by === 'user_id' ? userIds : hubIds]);
  const rows = await query(digests.map(({ sql }) => sql).join(' UNION ALL '), params);
  const all = await query(
    'SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM hubs) AS hubs',
  );
  const byTable = (rows as { name: string; digest: string }[]).map((row) => [row.name, row.digest]);
  return { ...Object.fromEntries(byTable), all: JSON.stringify(all) };
}

/** Tables without the rows of a user or a hub, and those that refused calls write too. */
const ofNobody: readonly unknown[] = [
  tables.audit,
  tables.endedJwts,
  tables.knownNetworks,
  tables.lastSeen,
  tables.migrationSteps,
];

/** For each table, a query of its row count and a checksum of its contents. */
const digests = Object.values(tables).flatMap((table) => {
  if (!is(table, MySqlTable) || ofNobody.includes(table)) return [];
  const { name, columns } = getTableConfig(table);
  const by = ['users', 'sessions', 'identities'].includes(name) ? 'user_id' : 'hub_id';
  const where = name === 'users' || name === 'hubs' ? 'id' : by;
  const values = columns.map((column) => `COALESCE(\`${column.name}\`, '\\0')`).join(', ');
  const hash = `CAST(CONV(LEFT(SHA2(CONCAT_WS('|', ${values}), 256), 16), 16, 10) AS UNSIGNED)`;
  const sql = `SELECT '${name}' AS name, CONCAT(COUNT(*), ' ', BIT_XOR(${hash})) AS digest
    FROM \`${name}\` WHERE ${where} IN (?)`;
  return [{ sql, by }];
});

/** Whether the method is about things that a user owns across hubs. */
export const isOfUser = (by: By): by is Extract<By, { user: unknown }> =>
  typeof by === 'object' && 'user' in by;

/** Whether a caller is admitted at all, by the declaration. */
export function admission(
  spec: MethodSpec,
  name: CallerName,
): 'ok' | 'NOT_AUTHENTICATED' | 'PERMISSION_DENIED' {
  const { kind, bits } = callers[name];
  const { by } = spec;
  if (by === 'anyone') return 'ok';
  if (kind === 'nobody') return 'NOT_AUTHENTICATED';
  const has = (need: Permission | undefined) => need !== undefined && allows(bits, need);
  const mayBe = {
    operator: by.operator !== undefined,
    key: has(by.key),
    user: isOfUser(by) || has(by.member),
  };
  return mayBe[kind] ? 'ok' : 'PERMISSION_DENIED';
}

/** The least privileged caller that is admitted, also to name another user. */
export function leastCaller(spec: MethodSpec): CallerName {
  if (isOfUser(spec.by) && spec.by.others) return 'admin';
  const order: CallerName[] = ['anonymous', 'member', 'admin', 'operator'];
  return order.find((name) => admission(spec, name) === 'ok') ?? 'owner';
}

/** The findings about each method, for the table. */
export interface Finding {
  callers: Partial<Record<CallerName, string>>;
  ids: Map<string, string>;
}
export const findings = new Map<string, Finding>();
export function findingOf(method: string): Finding {
  const finding = findings.get(method) ?? { callers: {}, ids: new Map() };
  findings.set(method, finding);
  return finding;
}
