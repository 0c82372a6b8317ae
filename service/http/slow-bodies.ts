import type { Readable } from 'node:stream';

export interface SlowBodies {
  /** Watches a body until the returned watch is stopped. */
  watch(body: Readable): Watch;
}

export interface Watch {
  /** Something of the body has arrived. */
  received(): void;
  stop(): void;
}

interface Bounds {
  /** A client that sends nothing for this long is cut, */
  idleMs: number;
  /** and one that has not sent all for this long. */
  totalMs: number;
  /** How often that is looked at; a client may have that much more time. */
  everyMs: number;
}

/** Cuts clients that send a body slowly. One timer looks at all bodies; without bodies it stops. */
export function createSlowBodies({ idleMs, totalMs, everyMs }: Bounds): SlowBodies {
  const bodies = new Set<WatchedBody>();
  let timer: NodeJS.Timeout | undefined;

  function sweep(): void {
    const now = performance.now();
    for (const one of bodies)
      if (now - one.receivedMs > idleMs || now - one.startedMs > totalMs) one.cut();
    if (bodies.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch(body) {
      timer ??= setInterval(sweep, everyMs).unref();
      const watched = new WatchedBody(bodies, body);
      bodies.add(watched);
      return watched;
    },
  };
}

class WatchedBody implements Watch {
  readonly startedMs = performance.now();
  receivedMs = this.startedMs;
  readonly #all: Set<WatchedBody>;
  readonly #body: Readable;

  constructor(all: Set<WatchedBody>, body: Readable) {
    this.#all = all;
    this.#body = body;
  }

  received(): void {
    this.receivedMs = performance.now();
  }

  stop(): void {
    this.#all.delete(this);
  }

  cut(): void {
    this.stop();
    this.#body.destroy();
  }
}
