import { inTime } from './in-time.ts';

/** Where the token comes from. */
export interface TokenSource {
  /**
   * Returns a token of the application's backend. It is asked at each connect, and when a token is
   * refused; calls that need one meanwhile wait for the same answer. Without an answer within 20 s,
   * as when the page was frozen meanwhile, it is asked again.
   */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /** A token that does not change. Without either, the browser sends its session cookie. */
  token?: string | undefined;
}

export interface Tokens {
  /** Returns the token to use, undefined where a cookie is sent. */
  current(): Promise<string | undefined>;
  /**
   * Returns a token to use in place of a refused one: the one that has replaced it meanwhile, or a
   * new one. Undefined if there is none.
   */
  replace(refused: string | undefined): Promise<string | undefined>;
  /** Asks for a new token, unless one is being asked for. */
  renew(): Promise<string | undefined>;
}

const answerMs = 20_000;

export function createTokens({ getToken, token: fixed }: TokenSource, limitMs = answerMs): Tokens {
  let token = fixed;
  let asking: Promise<string | undefined> | undefined;

  function renew(): Promise<string | undefined> {
    if (!getToken) return Promise.resolve(fixed);
    asking ??= inTime(Promise.resolve().then(getToken), limitMs, 'token')
      .then((renewed) => {
        token = renewed;
        return renewed;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  return {
    async current() {
      return asking ?? token ?? renew();
    },
    async replace(refused) {
      if (!getToken) return undefined;
      return token !== refused && !asking ? token : renew();
    },
    renew,
  };
}
