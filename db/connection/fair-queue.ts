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
  /** How long work waits at most, in milliseconds. */
  waitsAtMostMs: number;
  /** The error for work that would exceed one of these limits. */
  refuse(): Error;
}

/** Bounds what runs at once. What has to wait is started in turn by hub, and in it by user. */
export interface FairQueue {
  /** Resolves once the work may start, with the function to be called at its end. */
  enter(owner: Owner): Promise<() => void>;
  run<T>(owner: Owner, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  start(): void;
}

interface UserLine {
  running: number;
  waiting: Waiting[];
}

interface HubLine {
  running: number;
  waiting: number;
  users: Map<string, UserLine>;
}

export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { waitingPerUser, waitingPerHub, waitsAtMostMs } = options;
  /** In the order of their turns, as the users of each hub are. */
  const hubs = new Map<string, HubLine>();
  let all = 0;

  const admits = (hub: HubLine, user: UserLine): boolean =>
    options.admits({ all, ofHub: hub.running, ofUser: user.running });

  function begin(owner: Owner, hub: HubLine, user: UserLine): () => void {
    all += 1;
    hub.running += 1;
    user.running += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      all -= 1;
      hub.running -= 1;
      user.running -= 1;
      forgetIdle(owner, hub, user);
      while (startNext()) {}
    };
  }

  function forgetIdle({ hubId, userId }: Owner, hub: HubLine, user: UserLine): void {
    if (user.running + user.waiting.length === 0) hub.users.delete(userId);
    if (hub.running + hub.waiting === 0) hubs.delete(hubId);
  }

  /** Starts what is next, if anything may start; its hub and user then have the last turn. */
  function startNext(): boolean {
    for (const [hubId, hub] of hubs) {
      if (hub.waiting === 0) continue;
      for (const [userId, user] of hub.users) {
        const [first] = user.waiting;
        if (!first || !admits(hub, user)) continue;
        hubs.delete(hubId);
        hubs.set(hubId, hub);
        hub.users.delete(userId);
        hub.users.set(userId, user);
        first.start();
        return true;
      }
    }
    return false;
  }

  function wait(owner: Owner, hub: HubLine, user: UserLine): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        user.waiting.splice(user.waiting.indexOf(waiting), 1);
        hub.waiting -= 1;
      };
      const waiting: Waiting = {
        start() {
          leave();
          resolve(begin(owner, hub, user));
        },
      };
      const timer = setTimeout(() => {
        leave();
        forgetIdle(owner, hub, user);
        reject(options.refuse());
      }, waitsAtMostMs);
      user.waiting.push(waiting);
      hub.waiting += 1;
    });
  }

  async function enter(owner: Owner): Promise<() => void> {
    const hub = hubs.get(owner.hubId) ?? { running: 0, waiting: 0, users: new Map() };
    const user = hub.users.get(owner.userId) ?? { running: 0, waiting: [] };
    const mayStart = user.waiting.length === 0 && admits(hub, user);
    if (!mayStart && (user.waiting.length >= waitingPerUser || hub.waiting >= waitingPerHub))
      throw options.refuse();
    hubs.set(owner.hubId, hub);
    hub.users.set(owner.userId, user);
    return mayStart ? begin(owner, hub, user) : wait(owner, hub, user);
  }

  return {
    enter,
    async run(owner, work) {
      const end = await enter(owner);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
