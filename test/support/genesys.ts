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

/** The published SDKs that are proven to work, under the names they are installed by. */
const packages = {
  262: 'purecloud-platform-client-v2',
  187: 'purecloud-187',
  181: 'purecloud-181',
} as const;
export type Version = keyof typeof packages;
export const versions = [262, 187, 181] as const satisfies readonly Version[];

/** What else a client of the chats needs. */
const companions = { getUsersMe: User, getUser: User, getUsers: Users, getTokensMe: TokenInfo };
type Companion = keyof typeof companions;
type Call<Reply> = (...args: unknown[]) => Promise<Reply>;

/** An SDK's operations. Each reply is held against the documented model before the test sees it. */
export type Sdk = { [N in Operation]: Call<z.output<(typeof operations)[N]['reply']>> } & {
  [N in Companion]: Call<z.output<(typeof companions)[N]>>;
} & Handle;

interface Handle {
  client: ApiClient;
  /** What was called so far. */
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

/** The SDK looks for settings in the home folder of whoever runs the tests: it is to find none, nor watch for any. */
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

/** The id of nothing. */
export const nobodyId = '6f0d8a1e-0b1c-4f1e-9a55-3c1a6f3f7a10';

/** An SDK as an application gets it. */
export const packageOf = (version: Version): Package => homeless(() => require(packages[version]));

/** The names of the operations that an SDK has for chats. */
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
  /** Ask the SDK for its extended responses, and hold the status against the documented one. */
  extended?: boolean;
}

/** A published SDK, pointed at the service. */
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
      const answer = await api[name]?.(...args).catch((rejection: unknown) => {
        throw extended ? errorOf(rejection as Extended) : rejection;
      });
      if (extended) return bodyOf(name, answer as Extended);
      return isOperation(name)
        ? modelled(name, answer)
        : companions[name as Companion]?.parse(answer);
    };
  };
  const known: Handle = { client, called };
  // An operation is made when it is asked for, of which a proxy's type says nothing.
  return new Proxy(known, {
    get: (target, name) => (name in target ? target[name as keyof Handle] : callOf(String(name))),
  }) as unknown as Sdk;
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

function modelled(name: Operation, answer: unknown): unknown {
  const { error } = described(name).reply.safeParse(answer);
  if (error) expect.fail(`${name} answered ${JSON.stringify(answer)}: ${error.message}`);
  return answer;
}

/** The call is refused; the SDK rejects with the body itself. Answers it for a closer look. */
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

/** All of these calls are refused alike. They run at once. */
export const refusals = (
  calls: readonly Promise<unknown>[],
  status: number,
  code?: string,
): Promise<ErrorBody[]> => Promise.all(calls.map((call) => refusal(call, status, code)));

/** The fields that a refusal says are wrong. */
export const fieldsOf = ({ details }: ErrorBody): (string | undefined)[] =>
  details.map((detail) => detail.fieldName);

/** Someone with a published SDK in his hands, and the native client beside it. */
export interface Person {
  id: string;
  jid: string;
  /** How others refer to him. */
  ref: { id: string; selfUri: string };
  sdk: Sdk;
  native: Member;
}

export const userJidOf = (hubId: string, userId: string): string =>
  `${userId.replaceAll('-', '')}@${hubId}.orgspan.com`;
export const roomJidOf = (hubId: string, roomId: string): string =>
  `adhoc-${roomId}@conference.${hubId}.orgspan.com`;
/** The native id of a room of which the SDK knows the JID. */
export const roomIdOf = (jid: string): string =>
  /^adhoc-([0-9a-f-]{36})@/.exec(jid)?.[1] ?? expect.fail(jid);

export function personOf(native: Member, version: Version = 262, options: SdkOptions = {}): Person {
  const { id, hubId, token } = native;
  const sdk = sdkOf(version, token, options);
  return {
    id,
    jid: userJidOf(hubId, id),
    ref: { id, selfUri: `/api/v2/users/${id}` },
    sdk,
    native,
  };
}

/** A fresh hub of people with an SDK each: `const { alice, bob } = await people({ alice: 7, bob: 7 })`. */
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

/** A room that the first one makes, with the others in it: its JID. */
export async function sdkRoom(owner: Person, ...others: Person[]): Promise<string> {
  const { jid } = await owner.sdk.postChatsRooms({
    subject: 'Room',
    userIds: others.map((person) => person.id),
  });
  return jid;
}

/** Post to a room by its JID: the message's id. */
export const say = async (
  author: Person,
  room: string,
  message = 'Hi',
  more: object = {},
): Promise<string> => (await author.sdk.postChatsRoomMessages(room, { message, ...more })).id;

/** Post to another user: the message's id. */
export const tell = async (
  author: Person,
  to: Person,
  message = 'Hi',
  more: object = {},
): Promise<string> => (await author.sdk.postChatsUserMessages(to.id, { message, ...more })).id;

/** The ids of what is pinned in a room. */
export const pinsOf = async (person: Person, room: string): Promise<string[]> =>
  ((await person.sdk.getChatsRoom(room)).pinnedMessages ?? []).map((pin) => pin.id);

/** Pins by the path that an SDK knows: it was another one until 192. */
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

/** A token of a member's that holds these permission strings and no other. */
export const narrowed = async ({ id, native }: Person, grants: readonly Grant[]): Promise<string> =>
  (await platform().session.issue({ user_id: id, hub_id: native.hubId, grants: [...grants] }))
    .token;

/** A request below /api/v2 that no SDK would send. */
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
  // biome-ignore lint/suspicious/noExplicitAny: what came back is what a test looks at
  const parsed = (text === '' ? undefined : JSON.parse(text)) as any;
  return { status: response.status, headers: response.headers, body: parsed };
}

/** The same, refused as documented: a whole body, whose contextId is in the header too. */
export async function restRefused(
  status: number,
  code: string,
  ...[verb, path, init, app]: Parameters<typeof rest>
): Promise<ErrorBody> {
  const answer = await rest(verb, path, init, app);
  const body = await refusal(Promise.reject(answer.body), status, code);
  expect(answer.status).to.equal(status);
  expect(answer.headers.get('inin-correlation-id')).to.equal(body.contextId);
  return body;
}
