import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { z } from 'zod';
import type { Grant } from '../../acl/language/permission.ts';
import type { App } from '../../service/app.ts';
import { ErrorBody, TokenInfo, User, Users } from '../gateways/genesys/models.ts';
import {
  described,
  isOperation,
  type Operation,
  okOf,
  type operations,
} from '../gateways/genesys/operations.ts';
import { app as sharedApp } from './app.ts';
import { platform } from './caller.ts';
import { type Member, newHub, type TestHub } from './hub.ts';
import { type Json, untyped } from './untyped.ts';

/** The published SDKs that are tested, by the names under which they are installed. */
const packages = {
  262: 'purecloud-platform-client-v2',
  187: 'purecloud-187',
  181: 'purecloud-181',
} as const;
export type Version = keyof typeof packages;
export const versions = [262, 187, 181] as const satisfies readonly Version[];

/** Other operations that clients of the chats need. */
const companions = { getUsersMe: User, getUser: User, getUsers: Users, getTokensMe: TokenInfo };
type Companion = keyof typeof companions;
type Call<Reply> = (...args: unknown[]) => Promise<Reply>;

/** An SDK's operations. Each reply is checked against the documented model first. */
export type Sdk = { [N in Operation]: Call<z.output<(typeof operations)[N]['reply']>> } & {
  [N in Companion]: Call<z.output<(typeof companions)[N]>>;
} & Handle;

interface Handle {
  client: ApiClient;
  /** Names of the operations that were called. */
  called: Set<string>;
}

interface ApiClient {
  config: { basePath: string; refresh_access_token: boolean; live_reload_config: boolean };
  setGateway?(gateway: { protocol: string; host: string; port: number }): void;
  setAccessToken(token: string | undefined): void;
  setReturnExtendedResponses(whole: boolean): void;
  loginClientCredentialsGrant(
    id: string,
    secret: string,
  ): Promise<{ accessToken: string; tokenExpiryTime: number }>;
}
type Api = new (client?: ApiClient) => Record<string, Call<unknown>>;
interface Package {
  ApiClient: { instance: { constructor: new () => ApiClient } };
  ChatApi: Api;
  UsersApi: Api;
  TokensApi: Api;
}

const require = createRequire(import.meta.url);

/** Keeps the SDK from reading and watching settings in the home folder. */
function homeless<T>(make: () => T): T {
  const { HOME } = process.env;
  process.env.HOME = '/nonexistent';
  try {
    return make();
  } finally {
    if (HOME === undefined) delete process.env.HOME;
    else process.env.HOME = HOME;
  }
}

/** An id that does not exist. */
export const nobodyId = '6f0d8a1e-0b1c-4f1e-9a55-3c1a6f3f7a10';

/** Loads an SDK. */
export const packageOf = (version: Version): Package => homeless(() => require(packages[version]));

/** Returns the names of an SDK's operations for chats. */
export function operationsOf(version: Version): Operation[] {
  const names = Object.getOwnPropertyNames(packageOf(version).ChatApi.prototype).filter(
    (it) => it !== 'constructor',
  );
  const unknown = names.filter((name) => !isOperation(name));
  expect(unknown, 'not in our table').to.deep.equal([]);
  return [...names, ...(version === 262 ? ['getUsersChatsMe'] : [])].filter(isOperation);
}

export interface SdkOptions {
  url?: string;
  /** Use the SDK's extended responses and check the status against the documented one. */
  extended?: boolean;
}

/** Creates a client of a published SDK. */
export function sdkOf(
  version: Version,
  token: string | undefined,
  { url = sharedApp().url, extended }: SdkOptions = {},
): Sdk {
  const { ApiClient, ChatApi, UsersApi, TokensApi } = packageOf(version);
  const client = homeless(() => new ApiClient.instance.constructor());
  client.config.live_reload_config = false;
  const { hostname: host, port } = new URL(url);
  if (client.setGateway) client.setGateway({ protocol: 'http', host, port: Number(port) });
  else Object.assign(client.config, { basePath: url, refresh_access_token: false });
  if (token !== undefined) client.setAccessToken(token);
  if (extended) client.setReturnExtendedResponses(true);

  const apis = [new ChatApi(client), new UsersApi(client), new TokensApi(client)];
  const called = new Set<string>();
  const callOf = (name: string) => {
    const api = apis.find((one) => name in one) ?? expect.fail(`SDK ${version} has no ${name}`);
    return async (...args: unknown[]) => {
      called.add(name);
      const reply = await api[name]?.(...args).catch((rejection: unknown) => {
        throw extended ? errorOf(rejection as Extended) : rejection;
      });
      if (extended) return bodyOf(name, reply as Extended);
      return isOperation(name)
        ? modelled(name, reply)
        : companions[name as Companion]?.parse(reply);
    };
  };
  const known: Handle = { client, called };
  // The type of a proxy does not know its properties; this one creates each operation on access.
  const proxy = new Proxy(known, {
    get: (target, name) => (name in target ? target[name as keyof Handle] : callOf(String(name))),
  });
  return untyped<Sdk>(proxy);
}

interface Extended {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

function bodyOf(name: string, { status, headers, body }: Extended): unknown {
  if (!isOperation(name)) return body;
  expect(status, name).to.equal(okOf(name));
  expect(headers['inin-correlation-id'], name).to.be.a('string').and.not.equal('');
  if (status !== 204) expect(headers['content-type'], name).to.match(/^application\/json/);
  return modelled(name, status === 204 && body === '' ? undefined : body);
}

function errorOf({ status, headers, body }: Extended): unknown {
  expect(body).to.include({ status, contextId: headers['inin-correlation-id'] });
  return body;
}

function modelled(name: Operation, reply: unknown): unknown {
  const { error } = described(name).reply.safeParse(reply);
  if (error) expect.fail(`${name} answered ${JSON.stringify(reply)}: ${error.message}`);
  return reply;
}

/** Expects the call to be refused, and returns the body, with which the SDK rejects. */
export async function refusal(
  call: Promise<unknown>,
  status: number,
  code?: string,
): Promise<ErrorBody> {
  const body = await call.then(
    (reply) => expect.fail(`answered ${JSON.stringify(reply)?.slice(0, 200)} instead of ${status}`),
    (rejection: unknown) => rejection,
  );
  const { data, error } = ErrorBody.safeParse(body);
  if (error) expect.fail(`refused with ${JSON.stringify(body) ?? String(body)}: ${error.message}`);
  expect(data, JSON.stringify(data)).to.include({
    status,
    ...(code === undefined ? {} : { code }),
  });
  return data as ErrorBody;
}

/** Expects all calls, which run concurrently, to be refused in the same way. */
export const refusals = (
  calls: readonly Promise<unknown>[],
  status: number,
  code?: string,
): Promise<ErrorBody[]> => Promise.all(calls.map((call) => refusal(call, status, code)));

/** Returns the fields that an error names. */
export const fieldsOf = ({ details }: ErrorBody): (string | undefined)[] =>
  details.map((detail) => detail.fieldName);

/** A user with a published SDK and a native client. */
export interface Person {
  id: string;
  jid: string;
  /** How the API refers to the user. */
  ref: { id: string; selfUri: string };
  readonly sdk: Sdk;
  native: Member;
}

export const userJidOf = (hubId: string, userId: string): string =>
  `${userId.replaceAll('-', '')}@${hubId}.orgspan.com`;
export const roomJidOf = (hubId: string, roomId: string): string =>
  `adhoc-${roomId}@conference.${hubId}.orgspan.com`;
/** Returns the id of a room by its JID. */
export const roomIdOf = (jid: string): string =>
  /^adhoc-([0-9a-f-]{36})@/.exec(jid)?.[1] ?? expect.fail(jid);

export function personOf(native: Member, version: Version = 262, options: SdkOptions = {}): Person {
  const { id, hubId, token } = native;
  let sdk: Sdk | undefined;
  return {
    id,
    jid: userJidOf(hubId, id),
    ref: { id, selfUri: `/api/v2/users/${id}` },
    // Created on first use: many users make no call, and a client of an SDK costs milliseconds.
    get sdk() {
      sdk ??= sdkOf(version, token, options);
      return sdk;
    },
    native,
  };
}

/** Creates a hub of users with SDKs: `const { alice, bob } = await people({ alice: 7, bob: 7 })` */
export async function people<N extends string>(
  privileges: Record<N, number>,
  {
    app = sharedApp(),
    version = 262,
    ...options
  }: { app?: App; version?: Version } & SdkOptions = {},
): Promise<Record<N, Person> & { hub: TestHub<N> }> {
  const hub = await newHub(privileges, app);
  const persons = {} as Record<N, Person>;
  for (const name of Object.keys(privileges) as N[])
    persons[name] = personOf(hub.members[name], version, { url: app.url, ...options });
  return { ...persons, hub };
}

/** Creates a room of the owner and the others, and returns its JID. */
export async function sdkRoom(owner: Person, ...others: Person[]): Promise<string> {
  const { jid } = await owner.sdk.postChatsRooms({
    subject: 'Room',
    userIds: others.map((person) => person.id),
  });
  return jid;
}

/** Posts to a room by its JID, and returns the message's id. */
export const postToRoom = async (
  author: Person,
  room: string,
  message = 'Hi',
  more: object = {},
): Promise<string> => (await author.sdk.postChatsRoomMessages(room, { message, ...more })).id;

/** Posts to another user, and returns the message's id. */
export const postToUser = async (
  author: Person,
  to: Person,
  message = 'Hi',
  more: object = {},
): Promise<string> => (await author.sdk.postChatsUserMessages(to.id, { message, ...more })).id;

/** Returns the ids of a room's pinned messages. */
export const pinsOf = async (person: Person, room: string): Promise<string[]> =>
  ((await person.sdk.getChatsRoom(room)).pinnedMessages ?? []).map((pin) => pin.id);

/** The pin operations that an SDK has; before 192 they had another path. */
export const pinsBy = (version: Version) => ({
  add: (
    { sdk }: { sdk: Sdk },
    room: string,
    pinnedMessageIds: readonly unknown[],
  ): Promise<undefined> =>
    version > 190
      ? sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds })
      : sdk.postChatsRoomPinnedmessages(room, { pinnedMessageIds }),
  remove: ({ sdk }: { sdk: Sdk }, room: string, id: string): Promise<undefined> =>
    version > 190
      ? sdk.deleteChatsRoomMessagesPin(room, id)
      : sdk.deleteChatsRoomPinnedmessage(room, id),
});

/** Issues a token of a member with these permission strings only. */
export const narrowed = async ({ id, native }: Person, grants: readonly Grant[]): Promise<string> =>
  (await platform().session.issue({ user_id: id, hub_id: native.hubId, grants: [...grants] }))
    .token;

/** Sends a request below /api/v2 without an SDK. */
export async function rest(
  verb: string,
  path: string,
  {
    token,
    body,
    type,
    headers,
  }: { token?: string; body?: unknown; type?: string; headers?: Record<string, string> } = {},
  { url } = sharedApp(),
) {
  const response = await fetch(`${url}/api/v2${path}`, {
    method: verb,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(type === '' ? {} : { 'content-type': type ?? 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: Json = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: parsed };
}

/** The same, expecting a documented error whose contextId is also in the header. */
export async function restRefused(
  status: number,
  code: string,
  ...[verb, path, init, app]: Parameters<typeof rest>
): Promise<ErrorBody> {
  const reply = await rest(verb, path, init, app);
  const body = await refusal(Promise.reject(reply.body), status, code);
  expect(reply.status).to.equal(status);
  expect(reply.headers.get('inin-correlation-id')).to.equal(body.contextId);
  return body;
}
