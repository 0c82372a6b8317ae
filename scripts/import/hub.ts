import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CallError, type Client, createClient } from '../../client/index.ts';
import { forEach, patient, persist } from './retry.ts';

/** Where to import to, and as whom. */
export interface Target {
  /** Where the service is reached. */
  url: string;
  /** The operator's. */
  token: string;
  /** A hub's id, its host name, or a name from which one is made. */
  hub: string;
  concurrency: number;
  signal: AbortSignal;
}

/** The hub as the importer sees it. */
export interface ImportHub {
  id: string;
  /** The member who makes users and rooms: he is in every room, and its owner. */
  importer: { id: string; client: Client; impatient: Client };
  /** User ids by nickname. */
  users: Map<string, string>;
  /** A patient client of a user's, signed in when first asked for. */
  as(userId: string): Promise<Client>;
}

const sessionSeconds = 86_400;

type Member = Awaited<ReturnType<Client['hub']['members']>>[number];

export const importerCard = { firstname: 'Import', lastname: '(operator)' } as const;
const isImporter = ({ firstname, lastname, privilege }: Member): boolean =>
  firstname === importerCard.firstname && lastname === importerCard.lastname && privilege >= 31;

const isHubId = (hub: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(hub);
const hostOf = (hub: string): string => {
  if (/^[0-9a-z.-]+\.[0-9a-z-]+$/i.test(hub)) return hub.toLowerCase();
  const label = hub
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${label || 'import'}.local`;
};

/** The hub, made if there is none, with the importer in it. */
export async function openHub(target: Target): Promise<ImportHub> {
  const platform = patient(createClient(target), target.signal);
  const hubId = isHubId(target.hub) ? target.hub : await makeHub(platform, target);
  const operator = patient(createClient({ ...target, hubId }), target.signal);
  const members = await listMembers(operator);
  let importerId = members.find(isImporter)?.user_id;
  if (importerId === undefined) {
    importerId = (await platform.user.create(importerCard)).user_id;
    await operator.hub.add_member({ user_id: importerId, privilege: 31 });
  }
  return enter(target, hubId, importerId, members);
}

/** The hub of an earlier import, as it is. */
export async function findHub(target: Target): Promise<ImportHub> {
  const hubId = isHubId(target.hub)
    ? target.hub
    : await persist(() => findByHost(target, hostOf(target.hub)), target.signal);
  const members =
    hubId === undefined
      ? []
      : await listMembers(patient(createClient({ ...target, hubId }), target.signal));
  const importer = members.find(isImporter);
  if (hubId === undefined || !importer)
    throw new Error(`Nothing was imported into the hub ${target.hub} yet.`);
  return enter(target, hubId, importer.user_id, members);
}

/** A user for each nickname; answers how many were made. */
export async function makeUsers(
  hub: ImportHub,
  nicknames: Iterable<string>,
  { concurrency, signal }: Target,
  onMade: () => void,
): Promise<number> {
  const missing = [...new Set(nicknames)].filter((nickname) => !hub.users.has(nickname));
  const { impatient } = hub.importer;
  await forEach(missing, concurrency, async (nickname) => {
    const userId = await persist(async (again) => {
      // A user has no key of his own: after a doubtful attempt, look whether he is there.
      const made = again
        ? (await listMembers(impatient, nickname)).find((one) => isNamed(one, nickname))
        : undefined;
      return made?.user_id ?? (await impatient.user.create({ firstname: nickname })).user_id;
    }, signal);
    hub.users.set(nickname, userId);
    onMade();
  });
  return missing.length;
}

const isNamed = ({ firstname, lastname }: Member, nickname: string): boolean =>
  firstname === nickname && lastname === '';

/** The hub's rooms of the importer's, by name. */
export async function listRooms({ importer }: ImportHub): Promise<Map<string, string>> {
  const rooms = new Map<string, string>();
  for (let after: string | undefined; ; ) {
    const page = await importer.client.room.list({
      limit: 100,
      ...(after === undefined ? {} : { after }),
    });
    for (const room of page)
      if (room.created_by === importer.id) rooms.set(room.name, room.entity_id);
    after = page.at(-1)?.cursor;
    if (page.length < 100) return rooms;
  }
}

/** The number of the hub's last event. */
export const lastSeq = async ({ importer }: ImportHub): Promise<number> =>
  (await importer.client.chat.sync({ since: Number.MAX_SAFE_INTEGER, limit: 1 })).seq;

async function makeHub(platform: Client, target: Target): Promise<string> {
  const host = hostOf(target.hub);
  const name = host === target.hub.toLowerCase() ? host.replace(/\.[^.]*$/, '') : target.hub;
  return platform.hub.create({ name, host }).then(
    (made) => made.hub_id,
    async (error: unknown) => {
      if (!(error instanceof CallError && error.code === 'HOST_TAKEN')) throw error;
      const found = await persist(() => findByHost(target, host), target.signal);
      if (found === undefined)
        throw new Error(
          `The host ${host} belongs to a hub that ${target.url} does not show under it; give --hub its id.`,
        );
      return found;
    },
  );
}

/** A hub's id by its host name, which fetch cannot send. */
function findByHost({ url, token }: Target, host: string): Promise<string | undefined> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const headers = { host, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/-/svc/hub.info`, { headers }, async (response) => {
      const text = await response
        .toArray()
        .then((chunks) => Buffer.concat(chunks).toString(), reject);
      if (response.statusCode === 401)
        reject(new Error('The operator token is not the one of this service.'));
      else if (response.statusCode === 503) reject(new TypeError('unavailable'));
      else resolve(response.statusCode === 200 ? JSON.parse(text ?? '').data.hub_id : undefined);
    });
    sent.once('error', (error) => reject(new TypeError(error.message)));
    sent.end();
  });
}

export async function listMembers(client: Client, key = ''): Promise<Member[]> {
  const members: Member[] = [];
  for (;;) {
    const after = members.at(-1)?.cursor;
    const page = await client.hub.members({
      key,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    members.push(...page);
    if (page.length < 1000) return members;
  }
}

async function enter(
  { url, token, signal }: Target,
  hubId: string,
  importerId: string,
  members: readonly Member[],
): Promise<ImportHub> {
  const operator = patient(createClient({ url, token, hubId }), signal);
  const signIn = async (userId: string): Promise<Client> => {
    const session = await operator.session.issue({
      user_id: userId,
      hub_id: hubId,
      ttl: sessionSeconds,
    });
    return createClient({ url, token: session.token, hubId });
  };
  const signedIn = new Map<string, Promise<Client>>();
  const as = (userId: string): Promise<Client> => {
    const client =
      signedIn.get(userId) ?? signIn(userId).then((impatient) => patient(impatient, signal));
    signedIn.set(userId, client);
    return client;
  };
  const impatient = await signIn(importerId);
  return {
    id: hubId,
    importer: { id: importerId, client: patient(impatient, signal), impatient },
    users: new Map(
      members.filter((one) => one.lastname === '').map((one) => [one.firstname, one.user_id]),
    ),
    as,
  };
}
