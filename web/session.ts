import { isPassing } from '../client/calls/retry.ts';
import { CallError, type Chat, ConnectionError, createClient, openChat } from '../client/index.ts';
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

function lastIdentity(): Identity | undefined {
  const kept = recall('identity');
  if (kept === undefined) return undefined;
  try {
    const identity = JSON.parse(kept) as Identity | null;
    if (typeof identity?.userId !== 'string') return undefined;
    return namedHub === undefined || identity.hubId === namedHub ? identity : undefined;
  } catch {
    return undefined;
  }
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
  for (const what of ['identity', 'emoji'] as const) keep(what, undefined);
  // The session must end also where the storage of this browser fails.
  await chat.forget().catch(() => {});
  // By name: a browser without storage remembers nothing.
  if (!isOffline) await finishLogOut(identity.userId);
}

/** Whether the service does not know yet that the member has logged out. */
export const isLogOutPending = (): boolean => recall('log-out') !== undefined;

/** Ends the session of a member who has logged out; returns whether none of theirs is left. */
export async function finishLogOut(userId = recall('log-out')): Promise<boolean> {
  if (userId === undefined) return true;
  try {
    // By no means that of another member, who has logged in since.
    await createClient({ ...place, userId }).session.logout();
  } catch (error) {
    // What is refused for good, as without a session, has no other way to end.
    if (isPassing(error) || !(error instanceof CallError) || error.status >= 500) return false;
  }
  keep('log-out', undefined);
  return true;
}
