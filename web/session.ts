import { CallError, type Chat, ConnectionError, createClient, openChat } from '../client/index.ts';
import { openKept } from '../client/kept/database.ts';
import { openIndexedDb } from '../client/outbox/indexed-db.ts';
import { t } from './i18n/translate.ts';
import { keep, recall } from './kept.ts';
import { Sentence } from './ui/use-action.ts';

/** Who is logged in, and where. */
export interface Identity {
  userId: string;
  hubId: string;
  name: string;
  hubName: string;
  privilege: number;
  /** The hubs that this user can change to. */
  hubs: readonly { hub_id: string; name: string }[];
}

export interface Session {
  identity: Identity;
  chat: Chat;
}

const url = location.origin;
const query = new URLSearchParams(location.search);
const namedHub = query.get('hub_id') ?? undefined;
/** `?layout=embed&entity=<id>` shows one conversation alone. */
export const embedded =
  query.get('layout') === 'embed' ? (query.get('entity') ?? undefined) : undefined;

const place = { url, hubId: namedHub };
const api = createClient({ ...place, retryForMs: 5000 });

/** Who is logged in is no member of the hub: another account may be. */
export class NotMember extends Sentence {}

/** The member has logged out, and the service does not know it yet. */
export class NotEnded extends Sentence {}

/** Logs in; the service sets the cookie that all calls and the socket are sent with. */
export async function logIn(email: string, password: string): Promise<void> {
  // The cookie of the next session would replace what the last one is ended by.
  if (!(await finishLogOut())) throw new Sentence(t('error.connection'));
  await api.session.login({ email, password, ...(namedHub ? { hub_id: namedHub } : {}) });
}

/**
 * Opens the chat of the logged-in member; undefined if there is none. Without a connection, that of
 * the member who was here last.
 */
export async function openSession(): Promise<Session | undefined> {
  if (!(await finishLogOut())) throw new NotEnded(t('login.notEnded'));
  const last = lastIdentity();
  // Mostly it is the same member, so what is kept of them is read while the service is asked.
  const early = last && openFor(last);
  const identity = await identify(last).catch(async (error: unknown) => {
    await (await early)?.close();
    throw error;
  });
  if (early && identity && isSame(identity, last)) return { identity, chat: await early };
  await (await early)?.close();
  return identity && { identity, chat: await openFor(identity) };
}

const openFor = ({ userId, hubId }: Identity): Promise<Chat> => openChat({ url, hubId, userId });

const isSame = (a: Identity, b: Identity): boolean => a.userId === b.userId && a.hubId === b.hubId;

/** Returns who was here last, in the hub that the address names. */
function lastIdentity(): Identity | undefined {
  const last = keptIdentity();
  return namedHub === undefined || last?.hubId === namedHub ? last : undefined;
}

function keptIdentity(): Identity | undefined {
  const kept = recall('identity');
  if (kept === undefined) return undefined;
  try {
    const identity = JSON.parse(kept) as Identity | null;
    return typeof identity?.userId === 'string' ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** Lets the page show nobody without a connection, unless another member has been here since. */
export function forgetIdentity({ userId }: Pick<Identity, 'userId'>): void {
  if (keptIdentity()?.userId === userId) keep('identity', undefined);
}

async function identify(last: Identity | undefined): Promise<Identity | undefined> {
  try {
    const { user, hubs } = await api.session.whoami();
    const here = namedHub ?? (hubs.length > 1 ? await hubOfHost() : undefined) ?? hubs[0]?.hub_id;
    const hub = hubs.find(({ hub_id }) => hub_id === here);
    if (!hub) throw new NotMember(t('login.notMember'));
    const identity = {
      userId: user.id,
      name: user.surname,
      hubs,
      hubId: hub.hub_id,
      hubName: hub.name,
      privilege: hub.privilege,
    };
    keep('identity', JSON.stringify(identity));
    return identity;
  } catch (error) {
    if (error instanceof CallError && error.code === 'NOT_AUTHENTICATED') {
      // Nobody is shown as logged in where the service cannot be asked later.
      keep('identity', undefined);
      return undefined;
    }
    if (error instanceof ConnectionError && last) return last;
    throw error;
  }
}

/** The hub that the address of the page leads to, if it leads to one. */
const hubOfHost = (): Promise<string | undefined> =>
  api.hub.info().then(
    ({ hub_id }) => hub_id,
    () => undefined,
  );

/**
 * Forgets what this browser keeps of the member, and ends the session: without a connection later,
 * because no script can remove its cookie.
 */
export async function logOut({ chat, identity }: Session): Promise<void> {
  const isOffline = chat.connection.getSnapshot() === 'offline';
  // First of all, so that nothing opens the session again, in other tabs either.
  keep('log-out', identity.userId);
  // Fails where the browser has ended its connections to databases; what follows opens others.
  await chat.forget().catch(() => {});
  await forget(identity);
  if (!isOffline) await finishLogOut();
}

/** Removes what this browser keeps of a member: their session is one for all their hubs. */
async function forget(identity: Identity): Promise<void> {
  const owners = identity.hubs.map(({ hub_id: hubId }) => `${hubId} ${identity.userId}`);
  const forgetting = [openKept, openIndexedDb].flatMap((open) =>
    owners.map(async (owner) => {
      const kept = await open(owner);
      await kept.clear();
      kept.close();
    }),
  );
  // What the browser does not open cannot be removed either.
  await Promise.allSettled(forgetting);
  forgetIdentity(identity);
  keep('emoji', undefined);
}

/** Whether the service does not know yet that the member has logged out. */
export const isLogOutPending = (): boolean => recall('log-out') !== undefined;

/** Ends the session of a member who has logged out; returns whether none of theirs is left. */
export async function finishLogOut(): Promise<boolean> {
  const userId = recall('log-out');
  if (userId === undefined) return true;
  const last = keptIdentity();
  // The page that they left was closed before it had forgotten them.
  if (last?.userId === userId) await forget(last);
  try {
    // By no means that of another member, who has logged in since.
    await createClient({ ...place, userId }).session.logout();
  } catch (error) {
    // Another answer than that there is none may be that of a proxy, which knows of no session.
    if (!(error instanceof CallError && error.code === 'NOT_AUTHENTICATED')) return false;
  }
  keep('log-out', undefined);
  return true;
}
