import type { ChatSocket } from '../socket.ts';

/** A user with live sockets in a hub. */
export interface LiveUser {
  readonly userId: string;
  readonly sockets: Set<ChatSocket>;
  /** All their rooms but direct ones, which are addressed by their two users. */
  roomIds: readonly string[];
}

/**
 * The live sockets of this process, which are sent what is published. The rooms of a user are kept
 * once, however many sockets they have.
 */
export interface LiveSockets {
  /** Adds a socket that has caught up, and the rooms that its user is in by now. */
  add(socket: ChatSocket, roomIds: readonly string[]): void;
  /** Removes a socket that has disconnected. The last one of a user frees the user's rooms. */
  remove(socket: ChatSocket): void;
  /** Adds users to a room, as far as they have live sockets. */
  join(hubId: string, roomId: string, userIds: readonly string[]): void;
  leave(hubId: string, roomId: string, userIds: readonly string[]): void;
  inHub(hubId: string): Iterable<LiveUser>;
  inRoom(hubId: string, roomId: string): Iterable<LiveUser>;
  find(hubId: string, userId: string): LiveUser | undefined;
}

interface LiveHub {
  users: Map<string, LiveUser>;
  /**
   * The users of each room. One alone needs no set, which would take more than all the rest: a
   * member of very many rooms is alone in most of them.
   */
  rooms: Map<string, LiveUser | Set<LiveUser>>;
}

export function createLiveSockets(): LiveSockets {
  const hubs = new Map<string, LiveHub>();

  function open(hubId: string): LiveHub {
    const hub = hubs.get(hubId) ?? { users: new Map(), rooms: new Map() };
    hubs.set(hubId, hub);
    return hub;
  }

  return {
    add(socket, roomIds) {
      const { hubId, userId } = socket.data;
      const hub = open(hubId);
      const user = hub.users.get(userId) ?? { userId, sockets: new Set(), roomIds: [] };
      hub.users.set(userId, user);
      user.sockets.add(socket);
      setRooms(hub, user, roomIds);
    },
    remove(socket) {
      const { hubId, userId } = socket.data;
      const hub = hubs.get(hubId);
      const user = hub?.users.get(userId);
      if (!hub || !user?.sockets.delete(socket) || user.sockets.size > 0) return;
      setRooms(hub, user, []);
      hub.users.delete(userId);
      if (hub.users.size === 0) hubs.delete(hubId);
    },
    join(hubId, roomId, userIds) {
      const hub = hubs.get(hubId);
      for (const userId of userIds) {
        const user = hub?.users.get(userId);
        if (hub && user) setRooms(hub, user, [...user.roomIds, roomId]);
      }
    },
    leave(hubId, roomId, userIds) {
      const hub = hubs.get(hubId);
      for (const userId of userIds) {
        const user = hub?.users.get(userId);
        if (hub && user)
          setRooms(
            hub,
            user,
            user.roomIds.filter((id) => id !== roomId),
          );
      }
    },
    inHub: (hubId) => hubs.get(hubId)?.users.values() ?? [],
    inRoom(hubId, roomId) {
      const users = hubs.get(hubId)?.rooms.get(roomId) ?? [];
      return Symbol.iterator in users ? users : [users];
    },
    find: (hubId, userId) => hubs.get(hubId)?.users.get(userId),
  };
}

/** Makes these the rooms of a user. Ids that stay are not replaced: each text is kept once. */
function setRooms(hub: LiveHub, user: LiveUser, roomIds: readonly string[]): void {
  const before = new Set(user.roomIds);
  const after = new Set(roomIds);
  const joined = [...after].filter((roomId) => !before.has(roomId));
  for (const roomId of before) if (!after.has(roomId)) exit(hub, user, roomId);
  for (const roomId of joined) enter(hub, user, roomId);
  user.roomIds = [...before].filter((roomId) => after.has(roomId)).concat(joined);
}

function enter({ rooms }: LiveHub, user: LiveUser, roomId: string): void {
  const users = rooms.get(roomId);
  if (users instanceof Set) users.add(user);
  else rooms.set(roomId, users === undefined ? user : new Set([users, user]));
}

function exit({ rooms }: LiveHub, user: LiveUser, roomId: string): void {
  const users = rooms.get(roomId);
  if (users instanceof Set) users.delete(user);
  if (users === user || (users instanceof Set && users.size === 0)) rooms.delete(roomId);
}
