import { setMaxListeners } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CallError, type Client, type ClientOptions, createClient } from '../../client/index.ts';
import { forEach, retry, retrying } from './retry.ts';

/** Where the import goes. `url` is the address of the service. */
export interface Target extends Pick<ClientOptions, 'url' | 'fetch'> {
  /** The operator's token. */
  token: string;
  /** A hub's id or host name, or a name from which a host name is made. */
  hub: string;
  /** Calls at once. */
  concurrency: number;
  signal: AbortSignal;
}

/** The hub, with clients to change it. */
export interface ImportHub {
  id: string;
  /**
   * The member who creates users and rooms, and owns the rooms. `client` retries every call,
   * `plainClient` none.
   */
  importer: { id: string; client: Client; plainClient: Client };
  /** User ids by nickname. */
  users: Map<string, string>;
  /** Returns a retrying client of a user, who is signed in the first time. */
  clientOf(userId: string): Promise<Client>;
}

const sessionSeconds = 86_400;
const roomsPerPage = 100;
const membersPerPage = 1000;

type Member = Awaited<ReturnType<Client['hub']['members']>>[number];

const importerName = { firstname: 'Import', lastname: '(operator)' } as const;
const isImporter = ({ firstname, lastname, privilege }: Member): boolean =>
  firstname === importerName.firstname && lastname === importerName.lastname && privilege >= 31;

const isHubId = (hub: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(hub);
const hostOf = (hub: string): string => {
  if (/^[0-9a-z.-]+\.[0-9a-z-]+$/i.test(hub)) return hub.toLowerCase();
  const label = hub
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${label || 'import'}.local`;
};

/** Opens the hub as the importer; creates either if it does not exist. */
export async function openHub(target: Target): Promise<ImportHub> {
  const platform = retrying(createClient(target), target.signal);
  const hubId = isHubId(target.hub) ? target.hub : await createHub(platform, target);
  const operator = retrying(createClient({ ...target, hubId }), target.signal);
  const members = await listMembers(operator);
  let importerId = members.find(isImporter)?.user_id;
  if (importerId === undefined) {
    importerId = (await platform.user.create(importerName)).user_id;
    await operator.hub.add_member({ user_id: importerId, privilege: 31 });
  }
  return openAs(importerId, target, hubId, members);
}

/** Opens the hub of an earlier import; throws if there is none. */
export async function findHub(target: Target): Promise<ImportHub> {
  const hubId = isHubId(target.hub)
    ? target.hub
    : await retry(() => findByHost(target, hostOf(target.hub)), target.signal);
  const members =
    hubId === undefined
      ? []
      : await listMembers(retrying(createClient({ ...target, hubId }), target.signal));
  const importer = members.find(isImporter);
  if (hubId === undefined || !importer)
    throw new Error(`Nothing was imported into the hub ${target.hub} yet.`);
  return openAs(importer.user_id, target, hubId, members);
}

/** Creates the users that do not exist, and returns how many. */
export async function createUsers(
  hub: ImportHub,
  nicknames: Iterable<string>,
  { concurrency, signal }: Target,
  onCreated: () => void,
): Promise<number> {
  const missing = [...new Set(nicknames)].filter((nickname) => !hub.users.has(nickname));
  const { plainClient } = hub.importer;
  await forEach(missing, concurrency, async (nickname) => {
    const userId = await retry(async (isRetry) => {
      // user.create takes no echoId: after an attempt with an unknown outcome, look for the user.
      const created = isRetry
        ? (await listMembers(plainClient, nickname)).find((member) => isNamed(member, nickname))
        : undefined;
      return created?.user_id ?? (await plainClient.user.create({ firstname: nickname })).user_id;
    }, signal);
    hub.users.set(nickname, userId);
    onCreated();
  });
  return missing.length;
}

const isNamed = ({ firstname, lastname }: Member, nickname: string): boolean =>
  firstname === nickname && lastname === '';

/** Returns the ids of the importer's rooms by name. */
export async function listRooms({ importer }: ImportHub): Promise<Map<string, string>> {
  const rooms = new Map<string, string>();
  for (let after: string | undefined; ; ) {
    const page = await importer.client.room.list({ limit: roomsPerPage, after });
    for (const room of page)
      if (room.created_by === importer.id) rooms.set(room.name, room.entity_id);
    after = page.at(-1)?.cursor;
    if (page.length < roomsPerPage) return rooms;
  }
}

/** Returns the number of the hub's last event. */
export const lastSeq = async ({ importer }: ImportHub): Promise<number> =>
  (await importer.client.chat.sync({ since: Number.MAX_SAFE_INTEGER, limit: 1 })).seq;

async function createHub(platform: Client, target: Target): Promise<string> {
  const host = hostOf(target.hub);
  const name = host === target.hub.toLowerCase() ? host.replace(/\.[^.]*$/, '') : target.hub;
  try {
    return (await platform.hub.create({ name, host })).hub_id;
  } catch (error) {
    if (!(error instanceof CallError && error.code === 'HOST_TAKEN')) throw error;
    const found = await retry(() => findByHost(target, host), target.signal);
    if (found !== undefined) return found;
    throw new Error(
      `The host ${host} belongs to a hub that ${target.url} does not serve under that name; ` +
        'give the id of the hub as --hub.',
    );
  }
}

/** Returns the id of the hub with this host name. Not by fetch, which cannot set Host. */
function findByHost({ url, token }: Target, host: string): Promise<string | undefined> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const headers = { host, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/-/svc/hub.info`, { headers }, async (response) => {
      const text = await response
        .toArray()
        .then((chunks) => Buffer.concat(chunks).toString(), reject);
      if (response.statusCode === 401)
        reject(new Error('The token is not the operator token of this service.'));
      else if (response.statusCode === 503) reject(new TypeError('unavailable'));
      else resolve(response.statusCode === 200 ? JSON.parse(text ?? '').data.hub_id : undefined);
    });
    sent.once('error', (error) => reject(new TypeError(error.message)));
    sent.end();
  });
}

/** Lists the members of the hub whose name contains `key`. */
export async function listMembers(client: Client, key = ''): Promise<Member[]> {
  const members: Member[] = [];
  for (;;) {
    const after = members.at(-1)?.cursor;
    const page = await client.hub.members({ key, limit: membersPerPage, after });
    members.push(...page);
    if (page.length < membersPerPage) return members;
  }
}

async function openAs(
  importerId: string,
  target: Target,
  hubId: string,
  members: readonly Member[],
): Promise<ImportHub> {
  const { signal } = target;
  // Every call that waits for its next attempt listens to the signal.
  setMaxListeners(0, signal);
  const operator = retrying(createClient({ ...target, hubId }), signal);
  const signIn = async (userId: string): Promise<Client> => {
    const session = await operator.session.issue({
      user_id: userId,
      hub_id: hubId,
      ttl: sessionSeconds,
    });
    return createClient({ ...target, token: session.token, hubId });
  };
  const clients = new Map<string, Promise<Client>>();
  const clientOf = (userId: string): Promise<Client> => {
    const client = clients.get(userId) ?? signIn(userId).then((plain) => retrying(plain, signal));
    clients.set(userId, client);
    return client;
  };
  const plainClient = await signIn(importerId);
  const users = members.filter((member) => member.lastname === '');
  return {
    id: hubId,
    importer: { id: importerId, client: retrying(plainClient, signal), plainClient },
    users: new Map(users.map((user) => [user.firstname, user.user_id])),
    clientOf,
  };
}
