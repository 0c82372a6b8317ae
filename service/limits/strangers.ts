import pLimit, { type LimitFunction } from 'p-limit';
import { networkOf } from './addresses.ts';
import { createCounts } from './counts.ts';
import { createKnownTokens, type KnownTokens } from './known-tokens.ts';
import { createLimiter, type Limiter } from './limiter.ts';

/**
 * What counts as an anonymous call of its address until its caller is known: a call with a token,
 * a packet of a gateway, a connection.
 */
export interface Visit {
  /**
   * Counts that much more, at most a quarter of what the address has. Fails with RATE_LIMITED once
   * its calls are used up.
   */
  charge(amount: number): Promise<void>;
  /**
   * Runs `lookUp`, which finds out who the caller is, and takes the counted call back if it
   * succeeds. Once the calls of the address are used up, only tokens that were valid within the
   * last hour go on. Other tokens wait in a short line; beyond it, and if they turn out to be
   * unknown, they fail with RATE_LIMITED. `isUnknown` tells which errors mean an unknown caller.
   */
  identify<T>(
    token: string | undefined,
    lookUp: () => Promise<T>,
    isUnknown: (error: unknown) => boolean,
  ): Promise<T>;
}

/** The anonymous calls of each address. */
export interface Strangers {
  /** Counts an anonymous call. Fails with RATE_LIMITED once those of the address are used up. */
  count(address: string): Promise<void>;
  /** Counts a visit before its token is known. Never rejects: `identify` does. */
  visit(address: string): Promise<Visit>;
  /** Counts a visit with this token; one that was valid within the last hour costs nothing. */
  visitWith(address: string, token: string): Promise<Visit>;
  /**
   * Counts a connection before it shows a token. Once the calls of the address are used up, a few
   * such connections may be open: where `explains` is set, because the client learns the error in
   * the connection only, else if a token from there was valid within the last hour. Not more of
   * them are opened in the time of the limit, unless their callers turn out to be known. Others
   * fail with RATE_LIMITED.
   */
  connect(address: string, explains: boolean): Promise<Visit & { closed(): void }>;
}

/** Look-ups, and connections, that an address has at the same time once its calls are used up. */
const lineLength = 8;
/** For this long after its end a connection that was not identified keeps its place in the line. */
const waitingPlaceMs = 1000;

interface VisitDependencies {
  /** What one visit is charged at most, so that a large one is possible with any limit. */
  maxCharge: number;
  limiter: Limiter;
  known: KnownTokens;
  lines: Lines;
}

/** Allows `points` anonymous calls of each address in so many seconds; 0 points: no limit. */
export function createStrangers(points: number, seconds: number): Strangers {
  if (points <= 0) return unlimited;
  const limiter = createLimiter(points, seconds);
  const known = createKnownTokens();
  const deps = { maxCharge: Math.floor(points / 4), limiter, known, lines: createLines() };
  const waitingConnections = createCounts();
  /** Otherwise connections that end at once could follow each other without any limit. */
  const places = createLimiter(lineLength, seconds);

  async function visit(network: string): Promise<CountedVisit> {
    const refusal = await limiter.count(network).then(
      () => undefined,
      (error: unknown) => error,
    );
    return new CountedVisit(deps, network, { isCounted: refusal === undefined, refusal });
  }

  return {
    count: (address) => limiter.count(networkOf(address)),
    visit: (address) => visit(networkOf(address)),
    async visitWith(address, token) {
      const network = networkOf(address);
      const key = known.keyOf(token);
      if (!known.has(key)) return visit(network);
      return new CountedVisit(deps, network, { isCounted: false }, { token, key });
    },
    async connect(address, explains) {
      const network = networkOf(address);
      const visiting = await visit(network);
      const { refusal } = visiting;
      const mayWait = explains || known.hasFrom(network);
      if (refusal && (!mayWait || waitingConnections.of(network) >= lineLength)) throw refusal;
      if (refusal) await places.count(network);
      const release = refusal ? waitingConnections.add(network) : () => {};
      const releaseLater = () => void setTimeout(release, waitingPlaceMs).unref();
      return {
        charge: (amount) => visiting.charge(amount),
        async identify(...args) {
          const found = await visiting.identify(...args);
          release();
          if (refusal) await places.giveBack(network);
          return found;
        },
        closed: releaseLater,
      };
    },
  };
}

const free: Visit = {
  async charge() {},
  identify: (_, lookUp) => lookUp(),
};
/** The limit is switched off. */
const unlimited: Strangers = {
  async count() {},
  visit: async () => free,
  visitWith: async () => free,
  connect: async () => ({ ...free, closed() {} }),
};

class CountedVisit implements Visit {
  readonly #deps: VisitDependencies;
  readonly #network: string;
  /** Why it was not counted: the calls of the address are used up. */
  readonly refusal: unknown;
  /** The token that was looked at already, with its key. */
  readonly #seen: { token: string; key: string } | undefined;
  #counted: number;

  constructor(
    deps: VisitDependencies,
    network: string,
    { isCounted, refusal }: { isCounted: boolean; refusal?: unknown },
    seen?: { token: string; key: string },
  ) {
    this.#deps = deps;
    this.#network = network;
    this.refusal = refusal;
    this.#seen = seen;
    this.#counted = isCounted ? 1 : 0;
  }

  async charge(amount: number): Promise<void> {
    if (this.refusal && amount > 0) throw this.refusal;
    const charged = Math.min(amount, this.#deps.maxCharge);
    await this.#deps.limiter.count(this.#network, charged);
    this.#counted += charged;
  }

  async identify<T>(
    token: string | undefined,
    lookUp: () => Promise<T>,
    isUnknown: (error: unknown) => boolean,
  ): Promise<T> {
    const { known, lines, limiter } = this.#deps;
    const key = token === undefined ? undefined : this.#keyOf(token);
    const isKnown = key !== undefined && known.has(key);
    if (this.refusal && token === undefined) throw this.refusal;
    const waits = this.refusal !== undefined && !isKnown;
    try {
      const found = await (waits ? lines.run(this.#network, lookUp, this.refusal) : lookUp());
      if (key !== undefined) known.add(key, this.#network);
      await this.#giveBack();
      return found;
    } catch (error) {
      if (!isUnknown(error)) {
        await this.#giveBack();
        throw error;
      }
      if (key !== undefined) known.delete(key);
      if (this.#counted === 0) await limiter.count(this.#network).catch(() => {});
      throw waits ? this.refusal : error;
    }
  }

  #keyOf(token: string): string {
    return this.#seen?.token === token ? this.#seen.key : this.#deps.known.keyOf(token);
  }

  async #giveBack(): Promise<void> {
    if (this.#counted > 0) await this.#deps.limiter.giveBack(this.#network, this.#counted);
    this.#counted = 0;
  }
}

type Lines = ReturnType<typeof createLines>;

/** Runs the look-ups of each network one after the other. */
function createLines() {
  const lines = new Map<string, LimitFunction>();
  return {
    /** Rejects with `refusal` if the line is full. */
    async run<T>(network: string, lookUp: () => Promise<T>, refusal: unknown): Promise<T> {
      const line = lines.get(network) ?? pLimit(1);
      if (line.activeCount + line.pendingCount >= lineLength) throw refusal;
      lines.set(network, line);
      try {
        return await line(lookUp);
      } finally {
        if (line.activeCount + line.pendingCount === 0) lines.delete(network);
      }
    },
  };
}
