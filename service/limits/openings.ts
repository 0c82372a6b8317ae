import { networkOf } from './addresses.ts';
import { createCounts } from './counts.ts';
import type { Strangers, Visit } from './strangers.ts';

/** An open connection whose caller is not known yet. */
export interface Opening extends Visit {
  /** The client has sent the message by which it identifies itself. */
  connecting(): void;
  closed(): void;
}

export interface Openings {
  /**
   * Counts a connection as an anonymous call of its address until its caller is known. `close` is
   * called if it stays silent while too many others of the address do. `explains`: the client
   * learns why it is refused in the connection only.
   * Fails with RATE_LIMITED once the calls of the address are used up.
   */
  open(address: string, close: () => void, options?: { explains?: boolean }): Promise<Opening>;
}

/** A connection on which the client has sent nothing for this long counts as silent. */
const silentAfterMs = 2000;

/** Allows each address `max` silent connections; zero: any number. */
export function createOpenings(strangers: Strangers, max: number): Openings {
  const silent = createCounts();
  return {
    async open(address, close, { explains = false } = {}) {
      const network = networkOf(address);
      const visit = await strangers.connect(address, explains);
      let release = () => {};
      // A connection that exceeds the limit at this moment is the newest of the silent ones.
      const timer = setTimeout(() => {
        if (max > 0 && silent.of(network) >= max) close();
        else release = silent.add(network);
      }, silentAfterMs);
      timer.unref();
      const connecting = () => {
        clearTimeout(timer);
        release();
      };
      return {
        charge: visit.charge,
        identify: visit.identify,
        connecting,
        closed() {
          connecting();
          visit.closed();
        },
      };
    },
  };
}
