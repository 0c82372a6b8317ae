import { expect } from 'chai';
import type { MessageData, Pin } from '../../../acl/entities/message.ts';
import type { EventData, EventName } from '../../../acl/events.ts';
import { PlainMessage } from '../../support/message.ts';
import { type Facts, type Known, type Shown, type View, viewOf } from './view.ts';

/** An event, from the socket or from chat.sync. */
export interface Event {
  name: EventName;
  seq: number;
  room_id: string | null;
  entity_id: string;
  actor_id: string;
  stream: string;
  prev: number;
  data: object;
}
type Received<N extends EventName> = Exclude<EventData<N>, { deleted: 1; author_id?: never }>;

interface Room extends Omit<Facts, 'isBlocked' | 'readUpTo' | 'messages' | 'pins'> {
  readUpTo: Map<string, number>;
  messages: Map<string, Known & { mine: string[] }>;
  /** The ordinal of each message that it has ever known. */
  ordinals: Map<string, number>;
  pins: Map<string, { by: string; ms: number }>;
  /** Events up to this seq are included in the loaded state. */
  loadedAt: number;
}

/** A conversation as it was loaded, with what a client additionally requests. */
export interface Loaded {
  shown: Shown;
  readUpTo: ReadonlyMap<string, number>;
  isClosed: boolean;
}

const isGone = (data: object): boolean => 'deleted' in data && !('option' in data);

/**
 * The state of one member's device: empty at first, then built from events. It loads only rooms
 * that the member joins later, since earlier messages are readable there.
 */
export class Replica {
  seq: number;
  private readonly rooms = new Map<string, Room>();
  private readonly blocked = new Set<string>();
  /**
   * Rooms to be loaded after the member was added; and whether the member has archived them since,
   * which no reply shows for a room archived for all.
   */
  readonly unloaded = new Map<string, { isArchived: boolean }>();
  private readonly last = new Map<string, number>();

  constructor(
    readonly me: string,
    seq: number,
    private readonly displayOf: (userId: string) => string,
  ) {
    this.seq = seq;
  }

  receive(events: readonly Event[]): void {
    for (const event of events) {
      expect(event.seq, `${event.name}: each event once, in order`).to.be.above(this.seq);
      this.seq = event.seq;
      this.follow(event);
      const room = event.room_id === null ? undefined : this.rooms.get(event.room_id);
      if (!room || event.seq > room.loadedAt) this.apply(event);
    }
  }

  /**
   * A client detects missed events when `prev` is not the last event it has of a stream. Of a room
   * that the member has left meanwhile, chat.sync lists only joins, removals and the deletion.
   */
  private follow({ name, stream, prev, seq, data }: Event): void {
    const before = this.last.get(stream);
    const isAboutMe =
      name === 'room.delete' ||
      (/^room.(add|remove)$/.test(name) &&
        (data as Received<'room.add'>).user_ids.includes(this.me));
    if (before !== undefined && !isAboutMe)
      expect(prev, `${name} ${seq}: the one before it in its stream`).to.equal(before);
    this.last.set(stream, seq);
  }

  private apply(event: Event): void {
    const { name, data, room_id: roomId, entity_id: entityId } = event;
    if (name === 'contact.block') this.blocked.add((data as Received<'contact.block'>).entity_id);
    if (name === 'contact.unblock')
      this.blocked.delete((data as Received<'contact.unblock'>).entity_id);
    if (roomId === null) return;
    if (name.startsWith('room.')) this.applyToRoom(event);
    const isNews = name === 'chat.post' || name === 'chat.forward';
    if (isNews && entityId !== roomId && !this.rooms.has(roomId)) this.openDirect(roomId, event);
    const room = this.rooms.get(roomId);
    const unloaded = this.unloaded.get(roomId);
    if (unloaded && isNews) unloaded.isArchived = false;
    if (unloaded && name === 'chat.change_status')
      this.archiveUnloaded(unloaded, data as Received<'chat.change_status'>);
    if (room && isNews) this.addMessage(room, event);
    else if (room) this.change(room, event);
  }

  /* Rooms and participants. */

  private openDirect(roomId: string, { entity_id: entityId }: Event): void {
    const place = { entityId, roomId, isGroup: false, display: this.displayOf(entityId) };
    const readUpTo = new Map([[entityId, 0]]);
    this.rooms.set(roomId, { ...this.empty(), ...place, memberCount: 2, readUpTo });
  }

  private empty = () => ({
    ...{
      ownerIds: [],
      pointer: 0,
      lastOrdinal: 0,
      lastAtMs: null,
      isClosed: false,
      archivedAt: null,
      loadedAt: 0,
    },
    level: 'default' as const,
    messages: new Map(),
    ordinals: new Map(),
    pins: new Map(),
  });

  private applyToRoom({ name, seq, data, room_id: roomId }: Event): void {
    const id = roomId ?? '';
    if (name === 'room.create') this.create(seq, data as Received<'room.create'>);
    const room = this.rooms.get(id);
    if (name === 'room.update' && room) room.display = (data as Received<'room.update'>).name;
    if (name === 'room.add') this.join(id, seq, data as Received<'room.add'>);
    if (name === 'room.remove') this.leave(id, data as Received<'room.remove'>);
    if (name === 'room.delete') this.lose(id);
    if (name === 'room.purge' && room) this.purge(room, data as Received<'room.purge'>);
  }

  private create(seq: number, data: Received<'room.create'>): void {
    const {
      room_id: roomId,
      name: display,
      owner_ids: ownerIds,
      user_ids: userIds,
      member_count: memberCount,
    } = data;
    const readUpTo = new Map(userIds.filter((id) => id !== this.me).map((id) => [id, 0]));
    const room = {
      ...this.empty(),
      entityId: roomId,
      roomId,
      isGroup: true,
      display,
      ownerIds,
      memberCount,
      readUpTo,
    };
    this.rooms.set(roomId, { ...room, loadedAt: seq });
  }

  private join(roomId: string, seq: number, data: Received<'room.add'>): void {
    if (data.user_ids.includes(this.me)) {
      this.rooms.delete(roomId);
      this.unloaded.set(roomId, { isArchived: false });
      this.last.set(roomId, seq);
    }
    const room = this.rooms.get(roomId);
    if (!room) return;
    Object.assign(room, { memberCount: data.member_count, ownerIds: data.owner_ids });
    for (const id of data.user_ids) room.readUpTo.set(id, room.lastOrdinal);
  }

  private leave(roomId: string, data: Received<'room.remove'>): void {
    if (data.user_ids.includes(this.me)) this.lose(roomId);
    const room = this.rooms.get(roomId);
    if (!room) return;
    Object.assign(room, { memberCount: data.member_count, ownerIds: data.owner_ids });
    for (const id of data.user_ids) room.readUpTo.delete(id);
  }

  private lose(roomId: string): void {
    this.rooms.delete(roomId);
    this.unloaded.delete(roomId);
    this.last.delete(roomId);
  }

  /** Loads a room that the member was added to, as of `seq`. */
  load(seq: number, { shown: { room, messages, pins }, readUpTo, isClosed }: Loaded): void {
    const {
      room_id,
      entity_id: entityId,
      display,
      member_count: memberCount,
      owner_ids: ownerIds,
    } = room;
    const { pointer, last_ordinal: lastOrdinal, last_activity_ms: lastAtMs } = room;
    const roomId = room_id ?? '';
    const rows = messages as readonly (Known & { my_reactions: string[] })[];
    this.rooms.set(roomId, {
      ...{
        entityId,
        roomId,
        isGroup: true,
        display,
        memberCount,
        ownerIds,
        pointer,
        lastOrdinal,
        lastAtMs,
      },
      isClosed,
      archivedAt: (isClosed ? this.unloaded.get(roomId)?.isArchived : room.is_archived)
        ? lastOrdinal
        : null,
      level: room.notify_level,
      readUpTo: new Map([...readUpTo].filter(([id]) => id !== this.me)),
      messages: new Map(
        rows.map((row) => [
          row.message_id,
          { ...PlainMessage.parse(row), seq: row.seq, mine: [...row.my_reactions] },
        ]),
      ),
      ordinals: new Map(rows.map((row) => [row.message_id, row.ordinal])),
      pins: loadedPins(pins as readonly Pin[]),
      loadedAt: seq,
    });
    this.unloaded.delete(roomId);
  }
  /* Messages. */

  /**
   * Each takes the next ordinal, even if only its deletion is in the log. It also moves its
   * author's read pointer.
   */
  private addMessage(room: Room, { seq, actor_id: actor, data }: Event): void {
    room.lastOrdinal += 1;
    this.read(room, actor, room.lastOrdinal);
    room.lastAtMs = null;
    room.ordinals.set((data as { message_id: string }).message_id, room.lastOrdinal);
    if (isGone(data)) return;
    const message = PlainMessage.parse(data);
    expect(message.ordinal, 'the next ordinal').to.equal(room.lastOrdinal);
    room.lastAtMs = message.ctime_ms;
    room.messages.set(message.message_id, { ...message, seq, mine: [] });
  }

  private change(room: Room, { name, actor_id: actor, data }: Event): void {
    if (isGone(data)) {
      // Of a deleted message the log has only the deletion.
      if (name === 'chat.pin' || name === 'chat.unpin')
        room.pins.delete((data as { message_id: string }).message_id);
      return;
    }
    if (name === 'chat.edit') this.edit(room, PlainMessage.parse(data));
    if (name === 'chat.delete') this.remove(room, data as Received<'chat.delete'>);
    if (name === 'chat.react') this.react(room, data as Received<'chat.react'>);
    if (name === 'chat.set_reactions')
      this.setReactions(room, data as Received<'chat.set_reactions'>);
    if (name === 'chat.acknowledge')
      this.read(room, actor, (data as Received<'chat.acknowledge'>).ordinal);
    if (name === 'chat.mark_unread') room.pointer = (data as Received<'chat.mark_unread'>).ordinal;
    if (name === 'chat.change_status') this.archive(room, data as Received<'chat.change_status'>);
    if (name === 'chat.notify') room.level = (data as Received<'chat.notify'>).notify_level;
    if (name === 'chat.unpin') room.pins.delete((data as Received<'chat.unpin'>).message_id);
    if (name === 'chat.pin') {
      const { message_id: id, user_id: by, pinned_ms: ms } = data as Received<'chat.pin'>;
      room.pins.set(id, { by, ms });
    }
  }

  private edit(room: Room, message: MessageData): void {
    const row = room.messages.get(message.message_id);
    if (row) Object.assign(row, message);
    for (const reply of this.repliesTo(room, message.message_id))
      if (reply.thread?.author_id) reply.thread.message = message.message;
  }

  private remove(room: Room, { message_id: id, option }: Received<'chat.delete'>): void {
    room.messages.delete(id);
    if (option === 'all') room.pins.delete(id);
    for (const reply of this.repliesTo(room, id))
      reply.thread = { message: 'DELETED', message_id: id };
  }

  /**
   * Removes everything up to this ordinal. A quoted message that the device never knew (hidden
   * before the member rejoined) may be among it; then it asks the service.
   */
  private purge(room: Room, { ordinal }: Received<'room.purge'>): void {
    for (const [id, at] of room.ordinals) {
      if (at > ordinal) continue;
      room.messages.delete(id);
      room.pins.delete(id);
      for (const reply of this.repliesTo(room, id))
        reply.thread = { message: 'DELETED', message_id: id };
    }
    const quotesUnknown = [...room.messages.values()].some(
      ({ thread_id: id, thread }) =>
        id !== null && thread?.message !== 'DELETED' && !room.ordinals.has(id),
    );
    if (!quotesUnknown) return;
    this.rooms.delete(room.roomId);
    this.unloaded.set(room.roomId, { isArchived: room.archivedAt === room.lastOrdinal });
  }

  private react(
    room: Room,
    { message_id: id, reactions, user_id, emoji, state }: Received<'chat.react'>,
  ): void {
    const row = room.messages.get(id);
    if (!row) return;
    row.reactions = reactions;
    if (user_id !== this.me) return;
    row.mine = [...row.mine.filter((one) => one !== emoji), ...(state === 1 ? [emoji] : [])];
  }

  private setReactions(
    room: Room,
    { message_id: id, reactions, user_id, emojis }: Received<'chat.set_reactions'>,
  ): void {
    const row = room.messages.get(id);
    if (!row) return;
    row.reactions = reactions;
    if (user_id === this.me) row.mine = [...emojis];
  }

  private archive(room: Room, data: Received<'chat.change_status'>): void {
    if (data.for === 'all') room.isClosed = data.status === 'archived';
    else room.archivedAt = data.status === 'archived' ? room.lastOrdinal : null;
  }

  private archiveUnloaded(
    room: { isArchived: boolean },
    data: Received<'chat.change_status'>,
  ): void {
    if (data.for === 'me') room.isArchived = data.status === 'archived';
  }

  private read(room: Room, actor: string, ordinal: number): void {
    if (actor === this.me) room.pointer = Math.max(room.pointer, ordinal);
    else room.readUpTo.set(actor, Math.max(room.readUpTo.get(actor) ?? 0, ordinal));
  }

  private repliesTo = (room: Room, id: string) =>
    [...room.messages.values()].filter((row) => row.thread_id === id);

  /** The displayed state. */
  view(): View {
    const facts = [...this.rooms.values()].map((room) => ({
      ...room,
      isBlocked: this.blocked.has(room.entityId),
      readUpTo: [...room.readUpTo.values()],
      messages: [...room.messages.values()],
      pins: [...room.pins].map(([id, pin]) => ({ id, ...pin })).sort((a, b) => b.ms - a.ms),
    }));
    return viewOf(this.me, facts);
  }
}

/** The pins as listed, newest first. A hidden one has no time, but a place between the others. */
const loadedPins = (pins: readonly Pin[]): Room['pins'] => {
  let latest = 0;
  const loaded = pins.toReversed().map(({ message_id: id, pinned_by: by = '', pinned_ms: ms }) => {
    latest = ms ?? latest + 0.001;
    return [id, { by, ms: latest }] as const;
  });
  return new Map(loaded);
};
