import type { Publication } from '../../../service/gateways/port.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import type { Session } from '../sessions/session.ts';
import { disconnectFrame } from './frames.ts';
import { Multimap } from './multimap.ts';
import { type Push, socketChangesOf, type Unsubscription } from './pushes.ts';

interface Socket {
  session: Session;
  send(frame: Buffer): void;
  close(): void;
}

/** A subscription is pending, and collects frames, while the caller's right to it is checked. */
type Subscription = PendingFrames | 'active';

interface PendingFrames {
  pending: Buffer[];
  bytes: number;
}

/** A socket that has authenticated as a session. */
export interface Connection extends Socket {
  /** Whether CONNECT has been answered: from then on it receives what is pushed to its user. */
  isOpen: boolean;
  subscriptions: Map<string, Subscription>;
  /** Unix ms. */
  expiresMs: number;
  /** When the last frame was received (Unix ms). */
  lastFrameMs: number;
}

/** The pending subscriptions of a session's sockets. */
export interface PendingSubscription {
  /** Sends the collected frames, and all later ones directly. */
  activate(): void;
  cancel(): void;
}

/** Bytes that a pending subscription collects; its socket is closed when it has more. */
const maxPendingBytes = 1024 * 1024;
const silenceMs = values.maxMissedHeartbeats * values.rttHeartbeatSeconds * 1000;

const userKey = (appId: string, userId: string): string => `${appId} ${userId}`;

/** All authenticated sockets, and what each of them receives. */
export class Connections {
  readonly #clock: () => number;
  readonly #socketLimit: number;
  readonly #all = new Set<Connection>();
  readonly #bySession = new Multimap<Connection>();
  readonly #byUser = new Multimap<Connection>();
  readonly #byChannel = new Multimap<Connection>();

  /** `socketLimit` sockets for each user; zero: no limit. */
  constructor(clock: () => number, socketLimit: number) {
    this.#clock = clock;
    this.#socketLimit = socketLimit;
  }

  /** Whether the user, or the session of a server, can open another socket. */
  hasCapacity({ id, appId, userId }: Session): boolean {
    const count =
      userId === '' ? this.#bySession.count(id) : this.#byUser.count(userKey(appId, userId));
    return this.#socketLimit === 0 || count < this.#socketLimit;
  }

  add(socket: Socket): Connection {
    const { session } = socket;
    const connection: Connection = {
      ...socket,
      isOpen: false,
      subscriptions: new Map(),
      expiresMs: session.expiresMs,
      lastFrameMs: this.#clock(),
    };
    this.#all.add(connection);
    this.#bySession.add(session.id, connection);
    this.#byUser.add(userKey(session.appId, session.userId), connection);
    return connection;
  }

  remove(connection: Connection): void {
    const { session, subscriptions } = connection;
    this.#all.delete(connection);
    this.#bySession.delete(session.id, connection);
    this.#byUser.delete(userKey(session.appId, session.userId), connection);
    for (const channelId of subscriptions.keys()) this.#byChannel.delete(channelId, connection);
  }

  /** Subscribes the session's sockets to a channel, pending the check of its right to it. */
  subscribe(session: Session, channelId: string): PendingSubscription {
    const added: { connection: Connection; subscription: PendingFrames }[] = [];
    for (const connection of this.#bySession.get(session.id)) {
      if (connection.subscriptions.has(channelId)) continue;
      const subscription = { pending: [], bytes: 0 };
      connection.subscriptions.set(channelId, subscription);
      this.#byChannel.add(channelId, connection);
      added.push({ connection, subscription });
    }
    // Another call may have ended a subscription in the meantime.
    const remaining = () =>
      added.filter(
        ({ connection, subscription }) => connection.subscriptions.get(channelId) === subscription,
      );
    return {
      activate: () => {
        for (const { connection, subscription } of remaining()) {
          connection.subscriptions.set(channelId, 'active');
          for (const frame of subscription.pending) connection.send(frame);
        }
      },
      cancel: () => {
        for (const { connection } of remaining()) this.#unsubscribe(connection, channelId);
      },
    };
  }

  unsubscribe(session: Session, channelId: string): void {
    for (const connection of this.#bySession.get(session.id))
      this.#unsubscribe(connection, channelId);
  }

  /** Applies the new expiry of a session to its sockets. */
  extend(session: Session): void {
    for (const connection of this.#bySession.get(session.id))
      connection.expiresMs = session.expiresMs;
  }

  push(appId: string, push: Push): void {
    const isForUser = 'userId' in push;
    const connections = isForUser
      ? this.#byUser.get(userKey(appId, push.userId))
      : this.#byChannel.get(push.channelId);
    if (connections.length === 0) return;
    const frame = push.frame();
    for (const connection of connections)
      if (isForUser) {
        if (connection.isOpen) connection.send(frame);
      } else if (push.isForServers || connection.session.userId !== '') {
        this.#sendTo(connection, push.channelId, frame);
      }
  }

  /** Pushes what a committed call publishes, and closes the sockets that it revokes. */
  publish(publication: Publication): void {
    for (const { push, unsubscription } of socketChangesOf(publication)) {
      if (push) this.push(publication.hubId, push);
      if (unsubscription) this.#endSubscriptions(publication.hubId, unsubscription);
    }
    for (const { hubId: appId, userId, sessionIds = [] } of publication.cuts) {
      const ended = new Refusal('NO_SESSION', 'The session has ended');
      for (const id of sessionIds) this.#disconnectAll(this.#bySession.get(id), ended);
      if (appId === undefined || userId === undefined) continue;
      const revoked = new Refusal('INSUFFICIENT_PERMISSIONS', 'Your rights have changed');
      this.#disconnectAll(this.#byUser.get(userKey(appId, userId)), revoked);
    }
  }

  /** Closes sockets without heartbeats and those of expired sessions. */
  sweep(): void {
    const now = this.#clock();
    for (const connection of [...this.#all])
      if (connection.expiresMs <= now) this.#disconnect(connection, expiryOf(connection.session));
      else if (now - connection.lastFrameMs > silenceMs)
        this.#disconnect(connection, new Refusal('MALFORMED', 'No heartbeat was received'));
  }

  closeAll(): void {
    this.#disconnectAll([...this.#all], new Refusal('UNEXPECTED', 'The service stops'));
  }

  /** Sends a frame, or keeps it until the subscription is active. */
  #sendTo(connection: Connection, channelId: string, frame: Buffer): void {
    const subscription = connection.subscriptions.get(channelId);
    if (!subscription) return;
    if (subscription === 'active') connection.send(frame);
    else if (subscription.bytes > maxPendingBytes)
      this.#disconnect(connection, new Refusal('UNEXPECTED', 'Too much is waiting'));
    else {
      subscription.pending.push(frame);
      subscription.bytes += frame.length;
    }
  }

  #disconnectAll(connections: readonly Connection[], reason: Refusal): void {
    for (const connection of connections) this.#disconnect(connection, reason);
  }

  #disconnect(connection: Connection, reason: Refusal): void {
    connection.send(disconnectFrame(reason));
    connection.close();
    this.remove(connection);
  }

  #unsubscribe(connection: Connection, channelId: string): void {
    connection.subscriptions.delete(channelId);
    this.#byChannel.delete(channelId, connection);
  }

  #endSubscriptions(appId: string, { channelId, userIds }: Unsubscription): void {
    const connections =
      userIds?.flatMap((userId) => this.#byUser.get(userKey(appId, userId))) ??
      this.#byChannel.get(channelId);
    for (const connection of connections) this.#unsubscribe(connection, channelId);
  }
}

const expiryOf = ({ state }: Session): Refusal =>
  new Refusal(
    state.kind === 'client' ? 'USER_SESSION_EXPIRED' : 'SERVER_SESSION_EXPIRED',
    'The session has expired',
  );
