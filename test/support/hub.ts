import { expect } from 'chai';
import type { ErrorCode } from '../../acl/language/errors.ts';
import { searchForm } from '../../acl/text/normal-form.ts';
import { CallError, type Client } from '../../client/index.ts';
import { build } from '../../db/connection/statements.ts';
import { type Hub, inHub, transact } from '../../db/connection/transaction.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { queueMemberCount } from '../../db/rows/hubs/hubs.ts';
import { newId } from '../../db/rows/ids.ts';
import { insertSuffixes } from '../../db/rows/name-suffixes.ts';
import { hosts, hubs, members, sessions, users } from '../../db/tables/index.ts';
import type { App } from '../../service/app.ts';
import { newSessionToken } from '../../service/secrets/tokens.ts';
import { nowOf, operatorToken, app as sharedApp } from './app.ts';
import { createClient, fetchLight } from './client.ts';
import { dayMs } from './forward.ts';
import { type Device, openDevice } from './socket.ts';
import { type Json, untyped } from './untyped.ts';

/** A member, with their typed client: `alice.chat.post(…)`. */
export type Member = Client & {
  id: string;
  token: string;
  hubId: string;
  /** Opens another device of the member, connected and ready. */
  device(since?: number): Promise<Device>;
};

export interface TestHub<N extends string> {
  id: string;
  host: string;
  members: Record<N, Member>;
  operator: Client;
  /** Adds a member to the hub. */
  join(name: string, privilege?: number): Promise<Member>;
  /** Adds many members at once. */
  crowd(size: number): Promise<Member[]>;
}

let count = 0;

/**
 * A fresh hub with members of these privileges: `const { members: { alice, bob } } = await newHub({
 * alice: 7, bob: 7 })`. Writes the rows of hub.create and user.create in one transaction, without
 * events and audit.
 */
export async function newHub<N extends string>(
  privileges: Record<N, number>,
  app: App = sharedApp(),
): Promise<TestHub<N>> {
  const [id, now] = [newId(), nowOf(app)];
  const host = `hub${process.pid}x${++count}.example`;
  const people = Object.entries<number>(privileges).map(([name, privilege]) =>
    newPerson(name, privilege),
  );
  await transact(app.pool, async (tx) => {
    const hub = { id, name: `Hub ${count}`, origins: [], createdMs: now };
    tx.atCommit(build.insert(hubs).values(hub), build.insert(hosts).values({ host, hubId: id }));
    insertPeople(inHub(tx, id), people, now);
  });
  const operator = createClient({ url: app.url, token: operatorToken, hubId: id });
  const made = people.map(({ name, userId, token }) => [name, memberBy(app, userId, id, token)]);

  const add = async (added: readonly Person[]): Promise<Member[]> => {
    await transact(app.pool, async (tx) => insertPeople(inHub(tx, id), added, nowOf(app)));
    return added.map(({ userId, token }) => memberBy(app, userId, id, token));
  };
  const join = async (name: string, privilege = 7): Promise<Member> =>
    (await add([newPerson(name, privilege)]))[0] as Member;
  const crowd = (size: number): Promise<Member[]> =>
    add(Array.from({ length: size }, (_, n) => newPerson(`user${n}`, 7)));
  return {
    id,
    host,
    members: Object.fromEntries(made) as Record<N, Member>,
    operator,
    join,
    crowd,
  };
}

interface Person {
  name: string;
  privilege: number;
  userId: string;
  token: string;
}

const newPerson = (name: string, privilege: number): Person => ({
  ...{ name, privilege, userId: newId(), token: newSessionToken() },
});

function insertPeople(hub: Hub, people: readonly Person[], now: number): void {
  if (people.length === 0) return;
  const hubId = hub.id;
  const rows = {
    users: people.map(({ name, userId }) => ({
      ...{ id: userId, firstname: name, lastname: 'Test', createdMs: now },
      search: searchForm(`${name} Test`),
    })),
    members: people.map(({ userId, privilege }) => ({ hubId, userId, privilege, joinedMs: now })),
    sessions: people.map(({ userId, token }) => sessionOf(userId, token, now)),
  };
  hub.atCommit(
    build.insert(users).values(rows.users),
    build.insert(members).values(rows.members),
    build.insert(sessions).values(rows.sessions),
    ...insertSuffixes(
      rows.users.map(({ id, search: form }) => ({ hubId, kind: 'member', id, form })),
    ),
  );
  queueMemberCount(hub, people.length);
}

/** A session row as session.issue creates it for the operator. */
const sessionOf = (userId: string, token: string, now: number) => ({
  id: newId(),
  tokenHash: hashOf(token),
  kind: 'issued',
  userId,
  privilegeCap: 63,
  userAgent: 'node',
  createdMs: now,
  expiresMs: now + 30 * dayMs,
});

/** An existing user as a member of a hub. */
export async function memberOf(app: App, userId: string, hubId: string): Promise<Member> {
  const token = newSessionToken();
  const row = sessionOf(userId, token, nowOf(app));
  await transact(app.pool, async (tx) => tx.atCommit(build.insert(sessions).values(row)));
  return memberBy(app, userId, hubId, token);
}

function memberBy({ url }: App, userId: string, hubId: string, token: string): Member {
  const client = createClient({ url, token, hubId });
  const own = {
    id: userId,
    token,
    hubId,
    device: (since?: number) =>
      openDevice({ url, token, hubId, ...(since === undefined ? {} : { since }) }),
  };
  // The type of a proxy does not know the client behind it.
  const proxy = new Proxy(own, {
    get: (target, key) =>
      key in target ? target[key as keyof typeof own] : client[key as keyof Client],
  });
  return untyped<Member>(proxy);
}

/** A group room owned by the first member, with the others in it. */
export async function newRoom(owner: Member, ...others: Member[]): Promise<string> {
  const { entity_id: id } = await owner.room.create({
    name: 'Room',
    user_ids: others.map((member) => member.id),
  });
  return id;
}

/** Asserts that the call fails with this code; returns the error. */
export async function refused(call: Promise<unknown>, code: ErrorCode): Promise<CallError> {
  const error = await call.then(
    (reply) => expect.fail(`answered ${JSON.stringify(reply)?.slice(0, 200)} instead of ${code}`),
    (failure: unknown) => failure,
  );
  expect(error).to.be.instanceOf(CallError);
  const refusal = error as CallError;
  expect(refusal.code, refusal.details.join('; ')).to.equal(code);
  return refusal;
}

/** Makes a raw call, without the typed client. */
export async function raw(
  method: string,
  init: {
    token?: string;
    hubId?: string;
    body?: unknown;
    type?: string;
    verb?: string;
    query?: string;
    headers?: Record<string, string>;
  } = {},
  app: App = sharedApp(),
) {
  const verb = init.verb ?? 'POST';
  const response = await fetchLight(`${app.url}/-/svc/${method}${init.query ?? ''}`, {
    method: verb,
    headers: {
      ...(verb === 'POST' ? { 'content-type': init.type ?? 'application/json' } : {}),
      ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
      ...(init.hubId === undefined ? {} : { 'x-hub-id': init.hubId }),
      ...init.headers,
    },
    ...(verb === 'POST'
      ? { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body ?? {}) }
      : {}),
  });
  const body: Json = await response.json().catch(() => undefined);
  return { status: response.status, headers: response.headers, body };
}
