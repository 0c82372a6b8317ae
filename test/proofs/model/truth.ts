import type { StagedFile } from '../../../acl/entities/file.ts';
import type { MessageData } from '../../../acl/entities/message.ts';
import type { NotifyLevel } from '../../../acl/entities/room.ts';
import type { ErrorCode } from '../../../acl/language/errors.ts';
import { pageFiles } from '../../../acl/language/limits.ts';
import type { Facts, Known } from './view.ts';

/** Null: the call must succeed. */
export type Refusal = ErrorCode | null;

export interface Person {
  id: string;
  name: string;
  privilege: number;
}

export interface Message {
  id: string;
  room: Room;
  ordinal: number;
  seq: number;
  ctimeMs: number;
  author: string;
  text: string;
  threadId: string | null;
  mentions: readonly string[];
  forwardOf: string | null;
  files: readonly string[];
  version: number;
  editedMs: number | null;
  isDeleted: boolean;
  hiddenBy: Set<string>;
  /** By emoji, the members who reacted, in order. */
  reactions: Map<string, string[]>;
}

/** A member's state in a room. */
export interface Standing {
  pointer: number;
  /** The read position as visible to other members, if `pointer` is less or hidden. */
  readAt: number;
  /** They have read across a block, and acknowledged and posted nothing since. */
  isHidden: boolean;
  archivedAt: number | null;
  level: NotifyLevel;
  isOwner: boolean;
  /** Members added by one call share a position. */
  joined: number;
}

export interface Room {
  id: string;
  /** The two members of a direct conversation. */
  pair: readonly [string, string] | null;
  name: string;
  isClosed: boolean;
  lastOrdinal: number;
  lastAtMs: number;
  messages: Message[];
  members: Map<string, Standing>;
  /** Newest first. */
  pins: { id: string; by: string; ms: number }[];
  /** Joins and removals, in order. `room.delete` names nobody: it is for all who are there. */
  changes: {
    name: 'room.create' | 'room.add' | 'room.remove' | 'room.delete';
    userIds: readonly string[];
  }[];
  /** It was deleted: nobody is in it. */
  isGone: boolean;
}

/** A post with an echoId. */
export interface Keyed {
  author: string;
  entityId: string;
  echoId: string;
  text: string;
  threadId?: string;
  mentions?: string[];
  files?: string[];
  message: Message;
}

export const bits = { moderate: 8, admin: 16 };
export const emojis = ['❤️', '🎉', '👍'];
const mostPins = 5;

const fresh = {
  pointer: 0,
  readAt: 0,
  isHidden: false,
  archivedAt: null,
  level: 'default',
} as const;

/** The read position of a member as visible to others. */
const shownOf = ({ pointer, readAt, isHidden }: Standing): number =>
  isHidden ? readAt : Math.max(pointer, readAt);

/** The expected state in its simplest form: no pointer arithmetic, no counters, nothing derived. */
export class Truth {
  readonly rooms: Room[] = [];
  readonly messages = new Map<string, Message>();
  readonly blocks = new Set<string>();
  /** Files waiting to be sent, and all files ever uploaded. */
  readonly staged = new Map<string, string>();
  readonly files = new Map<string, StagedFile>();
  readonly keyed: Keyed[] = [];
  /** Users that an admin has put: the ids that the service gave them, by external id. */
  readonly put = new Map<string, string>();
  private calls = 0;

  constructor(readonly people: readonly Person[]) {}

  nameOf = (id: string): string =>
    this.people.find((person) => person.id === id)?.name ??
    this.rooms.find((room) => room.id === id)?.name ??
    id;
  private card = (id: string) => {
    const firstname = this.nameOf(id);
    return { id, firstname, lastname: 'Test', surname: `${firstname} Test` };
  };
  can = (user: string, need: number): boolean =>
    ((this.people.find((person) => person.id === user)?.privilege ?? 0) & need) === need;
  isPerson = (id: string): boolean => this.people.some((person) => person.id === id);

  /* Membership and conversations. */

  groups = (): Room[] => this.rooms.filter((room) => !room.pair && !room.isGone);
  group = (id: string): Room | undefined => this.groups().find((room) => room.id === id);
  /** The member's conversation with this id. */
  conversation(user: string, entityId: string): Room | undefined {
    const direct = this.rooms.find(
      (room) => room.pair?.includes(user) && room.pair.includes(entityId),
    );
    const group = this.group(entityId);
    return entityId === user
      ? undefined
      : (direct ?? (group?.members.has(user) ? group : undefined));
  }
  entityOf = (room: Room, user: string): string => room.pair?.find((id) => id !== user) ?? room.id;
  isBlocked = (a: string, b: string): boolean =>
    this.blocks.has(`${a} ${b}`) || this.blocks.has(`${b} ${a}`);
  standing(room: Room, user: string): Standing {
    const found = room.members.get(user);
    if (!found) throw new Error(`${this.nameOf(user)} is not in ${room.name}`);
    return found;
  }

  /* Permissions. */

  posting(user: string, entityId: string, unknown: ErrorCode): Refusal {
    const isThere = this.isPerson(entityId)
      ? entityId !== user
      : this.conversation(user, entityId) !== undefined;
    return isThere && !this.isBlocked(user, entityId) ? null : unknown;
  }
  sees = (user: string, message: Message | undefined): message is Message =>
    message !== undefined &&
    !message.isDeleted &&
    message.room.members.has(user) &&
    !message.hiddenBy.has(user);
  seen = (user: string, id: string): Message | undefined => {
    const message = this.messages.get(id);
    return this.sees(user, message) ? message : undefined;
  };
  changing(user: string, id: string): Refusal {
    const message = this.seen(user, id);
    return message ? this.changingIn(message.room) : 'MESSAGE_NOT_FOUND';
  }
  private changingIn(room: Room): Refusal {
    if (room.pair && this.isBlocked(...room.pair)) return 'INVALID_CONTACT';
    return room.isClosed ? 'ROOM_ARCHIVED' : null;
  }
  unpinning(user: string, id: string): Refusal {
    const room = this.messages.get(id)?.room;
    const isPinned = room?.members.has(user) && room.pins.some((pin) => pin.id === id);
    return room && isPinned ? this.changingIn(room) : this.changing(user, id);
  }
  editing(user: string, id: string): Refusal {
    const message = this.messages.get(id);
    const isHis = message?.author === user && message.forwardOf === null;
    return this.changing(user, id) ?? (isHis ? null : 'PERMISSION_DENIED');
  }
  pinning(user: string, id: string): Refusal {
    const pins = this.messages.get(id)?.room.pins ?? [];
    const isFull = pins.length >= mostPins && !pins.some((pin) => pin.id === id);
    return this.changing(user, id) ?? (isFull ? 'PIN_LIMIT' : null);
  }
  deleting(user: string, ids: readonly string[], option: 'me' | 'all'): Refusal {
    if (!ids.every((id) => this.seen(user, id))) return 'INVALID_MESSAGES';
    const areHis = ids.every((id) => this.messages.get(id)?.author === user);
    return option === 'me' || areHis || this.can(user, bits.moderate) ? null : 'INVALID_OPTION';
  }
  forwarding(user: string, entityIds: readonly string[], ids: readonly string[]): Refusal {
    if (entityIds.some((entityId) => this.posting(user, entityId, 'INVALID_RECIPIENT')))
      return 'INVALID_RECIPIENT';
    if (!ids.every((id) => this.seen(user, id))) return 'INVALID_MESSAGES';
    return entityIds.some((id) => this.conversation(user, id)?.isClosed) ? 'ROOM_ARCHIVED' : null;
  }
  managing(user: string, entityId: string): Refusal {
    const room = this.group(entityId);
    if (!room) return 'ROOM_NOT_FOUND';
    if (this.can(user, bits.admin)) return null;
    if (!room.members.has(user)) return 'ROOM_NOT_FOUND';
    return this.standing(room, user).isOwner ? null : 'PERMISSION_DENIED';
  }
  adding(user: string, entityId: string, userIds: readonly string[]): Refusal {
    const room = this.group(entityId);
    if (!room?.members.has(user)) return 'ROOM_NOT_FOUND';
    if (room.isClosed) return 'ROOM_ARCHIVED';
    const isBarred = userIds.some((id) => !room.members.has(id) && this.isBlocked(user, id));
    return isBarred ? 'INVALID_CONTACT' : null;
  }

  /* Changes. */

  openDirect(id: string, a: string, b: string): Room {
    const room = this.makeRoom(id, '', [a, b], [a, b]);
    this.rooms.push(room);
    return room;
  }
  openGroup(id: string, name: string, lastAtMs: number, userIds: readonly string[]): Room {
    const room = { ...this.makeRoom(id, name, null, userIds), lastAtMs };
    for (const [user, standing] of room.members) standing.isOwner = user === userIds[0];
    room.changes.push({ name: 'room.create', userIds });
    this.rooms.push(room);
    return room;
  }
  private makeRoom(id: string, name: string, pair: Room['pair'], userIds: readonly string[]): Room {
    const at = { ...fresh, isOwner: false, joined: ++this.calls };
    const members = new Map(userIds.map((user) => [user, { ...at }]));
    const nothing = { isClosed: false, isGone: false, lastOrdinal: 0, lastAtMs: 0 };
    return { id, pair, name, ...nothing, messages: [], members, pins: [], changes: [] };
  }

  add(
    room: Room,
    message: Omit<Message, 'room' | 'ordinal' | 'isDeleted' | 'hiddenBy' | 'reactions'>,
  ): Message {
    room.lastOrdinal += 1;
    room.lastAtMs = message.ctimeMs;
    const nothing = {
      isDeleted: false,
      hiddenBy: new Set<string>(),
      reactions: new Map<string, string[]>(),
    };
    const added = { ...message, room, ordinal: room.lastOrdinal, ...nothing };
    room.messages.push(added);
    this.messages.set(added.id, added);
    for (const nid of message.files) this.staged.delete(nid);
    Object.assign(this.standing(room, message.author), {
      pointer: room.lastOrdinal,
      isHidden: false,
    });
    return added;
  }
  read(user: string, message: Message): void {
    const standing = this.standing(message.room, user);
    const { pair } = message.room;
    const isClosed = pair !== null && this.isBlocked(...pair);
    const isFurther = message.ordinal > standing.pointer;
    if (!isFurther && (isClosed || !standing.isHidden)) return;
    if (isClosed) standing.readAt = shownOf(standing);
    standing.isHidden = isClosed;
    standing.pointer = Math.max(standing.pointer, message.ordinal);
  }
  unread(user: string, message: Message): void {
    const standing = this.standing(message.room, user);
    standing.readAt = shownOf(standing);
    standing.pointer = Math.min(standing.pointer, message.ordinal - 1);
  }
  bury(message: Message): void {
    Object.assign(message, { isDeleted: true, text: '', files: [] });
    message.room.pins = message.room.pins.filter((pin) => pin.id !== message.id);
  }
  /** Everything that was sent before this time is expired for all. */
  expire(beforeMs: number): void {
    for (const message of this.messages.values())
      if (message.ctimeMs < beforeMs) this.bury(message);
  }
  join(room: Room, userIds: readonly string[]): void {
    const joined = ++this.calls;
    const { lastOrdinal: pointer } = room;
    for (const user of userIds)
      room.members.set(user, { ...fresh, pointer, isOwner: false, joined });
    if (userIds.length > 0) room.changes.push({ name: 'room.add', userIds });
  }
  leave(room: Room, userIds: readonly string[]): void {
    for (const user of userIds) room.members.delete(user);
    if (userIds.length > 0) room.changes.push({ name: 'room.remove', userIds });
    if (this.owners(room).length > 0) return;
    const [oldest] = this.byJoining(room);
    if (oldest) this.standing(room, oldest).isOwner = true;
  }
  destroy(room: Room): void {
    for (const message of room.messages) this.bury(message);
    room.members.clear();
    room.changes.push({ name: 'room.delete', userIds: [] });
    room.isGone = true;
  }
  private byJoining = (room: Room): string[] =>
    [...room.members]
      .sort(([a, { joined: x }], [b, { joined: y }]) => x - y || (a < b ? -1 : 1))
      .map(([user]) => user);
  private owners = (room: Room): string[] =>
    this.byJoining(room).filter((user) => this.standing(room, user).isOwner);

  /* What a member must see. */

  private rootOf(id: string): string {
    const above = this.messages.get(id)?.threadId;
    return above ? this.rootOf(above) : id;
  }

  private known(user: string, message: Message): Known {
    const { room, threadId, ctimeMs } = message;
    const given = [...message.reactions].filter(([, userIds]) => userIds.length > 0);
    const reactions = given.sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      message_id: message.id,
      room_id: room.id,
      message: message.text,
      author_id: message.author,
      entity: this.card(message.author),
      ctime: Math.floor(ctimeMs / 1000),
      ctime_ms: ctimeMs,
      version: message.version,
      edited: message.editedMs === null ? 0 : 1,
      edited_ms: message.editedMs,
      is_forward: message.forwardOf === null ? 0 : 1,
      forward_message_id: message.forwardOf,
      is_attachment: message.files.length > 0 ? 1 : 0,
      attachment_count: message.files.length,
      thread_id: threadId,
      root_id: threadId === null ? null : this.rootOf(threadId),
      thread: threadId === null ? null : this.quote(user, threadId),
      content: null,
      from: null,
      mention_ids: [...message.mentions],
      reactions: reactions.map(([emoji, user_ids]) => ({
        emoji,
        count: user_ids.length,
        user_ids: [...user_ids],
      })),
      ordinal: message.ordinal,
      files: message.files.slice(0, pageFiles).flatMap((nid) => this.files.get(nid) ?? []),
      seq: message.seq,
      mine: emojis.filter((emoji) => message.reactions.get(emoji)?.includes(user)),
    };
  }
  private quote(user: string, id: string): MessageData['thread'] {
    const parent = this.messages.get(id);
    if (!parent || parent.isDeleted || parent.hiddenBy.has(user))
      return { message: 'DELETED', message_id: id };
    const { text, author, files } = parent;
    const is_attachment = files.length > 0 ? 1 : 0;
    return {
      message_id: id,
      message: text,
      author_id: author,
      is_attachment,
      entity: this.card(author),
    };
  }

  factsOf(user: string): Facts[] {
    const mine = this.rooms.filter(
      (room) => room.members.has(user) && (!room.pair || room.lastOrdinal > 0),
    );
    return mine.map((room) => {
      const { pointer, archivedAt, level } = this.standing(room, user);
      const entityId = this.entityOf(room, user);
      const others = [...room.members].filter(([id]) => id !== user);
      return {
        ...{ entityId, roomId: room.id, isGroup: room.pair === null, pointer, archivedAt },
        level,
        ...{
          lastOrdinal: room.lastOrdinal,
          lastAtMs: room.lastAtMs,
          isClosed: room.isClosed,
          pins: room.pins,
        },
        display: room.pair ? this.card(entityId).surname : room.name,
        memberCount: room.members.size,
        ownerIds: room.pair ? [] : this.owners(room),
        isBlocked: this.blocks.has(`${user} ${entityId}`),
        readUpTo: others.map(([, other]) => shownOf(other)),
        messages: room.messages
          .filter((message) => this.sees(user, message))
          .map((message) => this.known(user, message)),
      };
    });
  }
  /** Whether a member may read the bytes of a file. */
  mayHave = (user: string, nid: string): boolean =>
    this.staged.get(nid) === user ||
    [...this.messages.values()].some(
      (message) => message.files.includes(nid) && this.sees(user, message),
    );
}
