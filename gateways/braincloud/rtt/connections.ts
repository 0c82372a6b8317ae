import type { Publication, Services } from '../../../service/gateways/port.ts';
import { type Reason, reasons } from '../errors.ts';
import { values } from '../guesses.ts';
import type { Session } from '../sessions/session.ts';
import { frameOf, heardOf, type Push, type Stop } from './pushes.ts';

/** A socket of which it is known whose it is. */
interface Listener {
  session: Session;
  send(frame: Buffer): void;
  close(): void;
}

/** A channel is held while it is not known yet whether it may be heard: what is told meanwhile waits. */
type Ear = { held: Buffer[] } | 'open';

export interface Connection extends Listener {
  /** It hears what goes to its user. */
  isLive: boolean;
  channels: Map<string, Ear>;
  expiresMs: number;
  /** When it last said something. */
  heardMs: number;
}

/** Every socket, and what it hears. */
export interface Connections {
  /** Whether the user, or the server's session, has room for one more. */
  hasRoom(session: Session): boolean;
  add(listener: Listener): Connection;
  remove(connection: Connection): void;
  /** The sockets of a session are about to hear a channel. Answers how to say whether they may. */
  hold(session: Session, channelId: string): { open(): void; drop(): void };
  /** They hear it no more. */
  leave(session: Session, channelId: string): void;
  /** It lives on. */
  prolong(session: Session): void;
  tell(appId: string, push: Push): void;
  hear(told: Publication): void;
  /** Cut who is silent, and whose session has expired. */
  sweep(): void;
  closeAll(): void;
}

/** For each key some values. */
function createIndex<T>() {
  const sets = new Map<string, Set<T>>();
  return {
    of: (key: string): T[] => [...(sets.get(key) ?? [])],
    count: (key: string): number => sets.get(key)?.size ?? 0,
    add: (key: string, value: T) => void sets.set(key, (sets.get(key) ?? new Set()).add(value)),
    remove(key: string, value: T) {
      const set = sets.get(key);
      set?.delete(value);
      if (set?.size === 0) sets.delete(key);
    },
  };
}

const userKey = (appId: string, userId: string): string => `${appId} ${userId}`;
const mostHeld = 1000;
const silenceMs = values.silentHeartbeats * values.rttHeartbeatSeconds * 1000;

export function createConnections(
  { clock }: Pick<Services, 'clock'>,
  socketLimit: number,
): Connections {
  const all = new Set<Connection>();
  const bySession = createIndex<Connection>();
  const byUser = createIndex<Connection>();
  const byChannel = createIndex<Connection>();

  function remove(connection: Connection): void {
    const { session, channels } = connection;
    all.delete(connection);
    bySession.remove(session.id, connection);
    byUser.remove(userKey(session.appId, session.userId), connection);
    for (const channelId of channels.keys()) byChannel.remove(channelId, connection);
  }

  function cut(connection: Connection, reason: Reason, told: string): void {
    const data = { reason: told, reasonCode: reasons[reason].code };
    connection.send(frameOf('rtt', 'DISCONNECT', data));
    connection.close();
    remove(connection);
  }

  function stop(connection: Connection, channelId: string): void {
    connection.channels.delete(channelId);
    byChannel.remove(channelId, connection);
  }

  function tell(appId: string, push: Push): void {
    const concerned =
      'userId' in push ? byUser.of(userKey(appId, push.userId)) : byChannel.of(push.channelId);
    if (concerned.length === 0) return;
    const frame = push.frame();
    for (const connection of concerned) {
      if ('userId' in push) {
        if (connection.isLive) connection.send(frame);
        continue;
      }
      const ear = connection.channels.get(push.channelId);
      if (ear === 'open') connection.send(frame);
      else if (ear && ear.held.length < mostHeld) ear.held.push(frame);
    }
  }

  function follow(appId: string, { channelId, userIds }: Stop): void {
    const concerned =
      userIds?.flatMap((userId) => byUser.of(userKey(appId, userId))) ?? byChannel.of(channelId);
    for (const connection of concerned) stop(connection, channelId);
  }

  return {
    hasRoom({ id, appId, userId }) {
      const mine = userId === '' ? bySession.count(id) : byUser.count(userKey(appId, userId));
      return socketLimit === 0 || mine < socketLimit;
    },
    add(listener) {
      const { session } = listener;
      const { expiresMs } = session;
      const connection: Connection = {
        ...listener,
        isLive: false,
        channels: new Map(),
        expiresMs,
        heardMs: clock(),
      };
      all.add(connection);
      bySession.add(session.id, connection);
      byUser.add(userKey(session.appId, session.userId), connection);
      return connection;
    },
    remove,
    hold(session, channelId) {
      const held = bySession
        .of(session.id)
        .filter((connection) => !connection.channels.has(channelId));
      const ears = held.map((connection) => {
        const ear = { held: [] as Buffer[] };
        connection.channels.set(channelId, ear);
        byChannel.add(channelId, connection);
        return [connection, ear] as const;
      });
      return {
        open() {
          for (const [connection, ear] of ears) {
            // It may have been taken away meanwhile.
            if (connection.channels.get(channelId) !== ear) continue;
            connection.channels.set(channelId, 'open');
            for (const frame of ear.held) connection.send(frame);
          }
        },
        drop() {
          for (const [connection, ear] of ears)
            if (connection.channels.get(channelId) === ear) stop(connection, channelId);
        },
      };
    },
    leave(session, channelId) {
      for (const connection of bySession.of(session.id)) stop(connection, channelId);
    },
    prolong(session) {
      for (const connection of bySession.of(session.id)) connection.expiresMs = session.expiresMs;
    },
    tell,
    hear(told) {
      for (const { push, stop: stopped } of heardOf(told)) {
        if (push) tell(told.hubId, push);
        if (stopped) follow(told.hubId, stopped);
      }
      for (const { hubId, userId, sessionIds = [] } of told.cuts) {
        for (const id of sessionIds)
          for (const connection of bySession.of(id))
            cut(connection, 'NO_SESSION', 'The session has ended');
        if (hubId === undefined || userId === undefined) continue;
        for (const connection of byUser.of(userKey(hubId, userId)))
          cut(connection, 'INSUFFICIENT_PERMISSIONS', 'Your rights have changed');
      }
    },
    sweep() {
      const now = clock();
      for (const connection of [...all]) {
        const { memory } = connection.session;
        const expired =
          memory.kind === 'client' ? 'USER_SESSION_EXPIRED' : 'SERVER_SESSION_EXPIRED';
        if (connection.expiresMs <= now) cut(connection, expired, 'The session has expired');
        else if (now - connection.heardMs > silenceMs)
          cut(connection, 'MALFORMED', 'No heartbeat was heard');
      }
    },
    closeAll() {
      for (const connection of [...all]) cut(connection, 'UNEXPECTED', 'The service stops');
    },
  };
}
