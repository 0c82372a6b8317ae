/** Whose work it is. Both ids are empty where the hub or the user is not known. */
export interface Owner {
  hubId: string;
  userId: string;
}

/** What runs at the moment, in all and of the owner that asks to start more. */
interface Running {
  all: number;
  ofHub: number;
  ofUser: number;
}

export interface FairQueueOptions {
  /** Whether an owner may start one more. */
  admits(running: Running): boolean;
  waitingPerUser: number;
  waitingPerHub: number;
  /** Of all hubs. */
  waitingInAll?: number;
  /** How long work waits at most, in milliseconds. */
  waitsAtMostMs: number;
  /** The error for work that would exceed one of these limits. */
  refuse(): Error;
}

interface UserLine {
  running: number;
  waiting: (() => void)[];
}

interface HubLine {
  running: number;
  waiting: number;
  users: Map<string, UserLine>;
}

/** Bounds what runs at once. What has to wait is started in turn by hub, and in it by user. */
export class FairQueue {
  readonly #options: FairQueueOptions;
  /** In the order of their turns, as the users of each hub are. */
  readonly #hubs = new Map<string, HubLine>();
  #running = 0;
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** Resolves once the work may start, with the function to be called at its end. */
  async enter(owner: Owner): Promise<() => void> {
    const hub = this.#hubs.get(owner.hubId) ?? { running: 0, waiting: 0, users: new Map() };
    const user = hub.users.get(owner.userId) ?? { running: 0, waiting: [] };
    const mayStart = user.waiting.length === 0 && this.#admits(hub, user);
    if (!mayStart && !this.#mayWait(hub, user)) throw this.#options.refuse();
    this.#hubs.set(owner.hubId, hub);
    hub.users.set(owner.userId, user);
    if (!mayStart) await this.#wait(owner, hub, user);
    else this.#count(hub, user, 1);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#count(hub, user, -1);
      this.#forgetIdle(owner, hub, user);
      while (this.#startNext()) {}
    };
  }

  async run<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
    const end = await this.enter(owner);
    try {
      return await work();
    } finally {
      end();
    }
  }

  #admits(hub: HubLine, user: UserLine): boolean {
    return this.#options.admits({ all: this.#running, ofHub: hub.running, ofUser: user.running });
  }

  #mayWait(hub: HubLine, user: UserLine): boolean {
    const {
      waitingPerUser,
      waitingPerHub,
      waitingInAll = Number.POSITIVE_INFINITY,
    } = this.#options;
    return (
      user.waiting.length < waitingPerUser &&
      hub.waiting < waitingPerHub &&
      this.#waiting < waitingInAll
    );
  }

  #count(hub: HubLine, user: UserLine, difference: 1 | -1): void {
    this.#running += difference;
    hub.running += difference;
    user.running += difference;
  }

  #forgetIdle({ hubId, userId }: Owner, hub: HubLine, user: UserLine): void {
    if (user.running + user.waiting.length === 0) hub.users.delete(userId);
    if (hub.running + hub.waiting === 0) this.#hubs.delete(hubId);
  }

  /** Starts what is next, if anything may start; its hub and user then have the last turn. */
  #startNext(): boolean {
    // Asked for each of those who wait, it would take longer than the work.
    if (!this.#options.admits({ all: this.#running, ofHub: 0, ofUser: 0 })) return false;
    for (const [hubId, hub] of this.#hubs) {
      if (hub.waiting === 0) continue;
      for (const [userId, user] of hub.users) {
        const [start] = user.waiting;
        if (!start || !this.#admits(hub, user)) continue;
        this.#hubs.delete(hubId);
        this.#hubs.set(hubId, hub);
        hub.users.delete(userId);
        hub.users.set(userId, user);
        start();
        return true;
      }
    }
    return false;
  }

  /** Resolves once the work is started and counted; rejects when it has waited too long. */
  #wait(owner: Owner, hub: HubLine, user: UserLine): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        user.waiting.splice(user.waiting.indexOf(start), 1);
        hub.waiting -= 1;
        this.#waiting -= 1;
      };
      const start = () => {
        leave();
        this.#count(hub, user, 1);
        resolve();
      };
      const timer = setTimeout(() => {
        leave();
        this.#forgetIdle(owner, hub, user);
        reject(this.#options.refuse());
      }, this.#options.waitsAtMostMs);
      user.waiting.push(start);
      hub.waiting += 1;
      this.#waiting += 1;
    });
  }
}
