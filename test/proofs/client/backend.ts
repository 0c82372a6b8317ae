import { clientOf, platform } from '../../support/caller.ts';

/** The application's backend, which gives its page the member's tokens. */
export interface Backend {
  /** The answer of /token: undefined while the backend is out of order. */
  token(): Promise<string | undefined>;
  /** Ends the session of the page, and gives the next one at once. */
  revoke(): Promise<void>;
  /** Ends the session of the page, and refuses a new one until `renew`. */
  refuse(): Promise<void>;
  /** Ends the session of the page, and gives its dead token until `renew`. */
  goStale(): Promise<void>;
  /** Gives tokens that expire within seconds, until `renew`. */
  shorten(): Promise<void>;
  /** Gives good tokens again. */
  renew(): Promise<void>;
}

const shortSeconds = 2;
type Mode = 'sound' | 'refusing' | 'stale' | 'short';

export async function openBackend(url: () => string, userId: string): Promise<Backend> {
  const issue = async (ttl?: number): Promise<string> =>
    (
      await platform(url()).session.issue({
        user_id: userId,
        ...(ttl === undefined ? {} : { ttl }),
      })
    ).token;
  let current = await issue();
  let mode: Mode = 'sound';

  async function end(next: Mode): Promise<void> {
    const [ended, wasSound] = [current, mode === 'sound'];
    mode = next;
    if (next === 'sound') current = await issue();
    if (wasSound) await clientOf(ended, undefined, url()).session.logout();
  }

  return {
    async token() {
      if (mode === 'refusing') return undefined;
      // The service may be dead.
      return mode === 'short' ? issue(shortSeconds).catch(() => undefined) : current;
    },
    revoke: () => end('sound'),
    refuse: () => end('refusing'),
    goStale: () => end('stale'),
    shorten: () => end('short'),
    async renew() {
      if (mode === 'sound') return;
      current = await issue();
      mode = 'sound';
    },
  };
}
