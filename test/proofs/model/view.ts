import type { MessageData } from '../../../acl/entities/message.ts';
import type { NotifyLevel, RoomRow } from '../../../acl/entities/room.ts';
import type { Member } from '../../support/hub.ts';
import { PlainMessage, PlainPin } from '../../support/message.ts';

/** A message as all members see it, with its seq and the reader's own emoji. */
export type Known = MessageData & { seq: number; mine: readonly string[] };

/** The state of one conversation that a member's device needs to display it. */
export interface Facts {
  entityId: string;
  roomId: string;
  isGroup: boolean;
  display: string;
  memberCount: number;
  ownerIds: readonly string[];
  pointer: number;
  lastOrdinal: number;
  /** Null if unknown: the last message was deleted before this device received it. */
  lastAtMs: number | null;
  /** For all. */
  isClosed: boolean;
  archivedAt: number | null;
  level: NotifyLevel;
  isBlocked: boolean;
  /** The read position of each other member. */
  readUpTo: readonly number[];
  messages: readonly Known[];
  /** Newest first. */
  pins: readonly { id: string; by: string; ms: number }[];
}

export interface Shown {
  room: ReturnType<typeof roomOf> & { owner_ids: readonly string[] };
  messages: readonly object[];
  pins: readonly object[];
}
export interface View {
  /** In the order of chat.chat_rooms: the active ones, then the archived. */
  order: readonly string[];
  conversations: ReadonlyMap<string, Shown>;
  counters: object;
}

const roomOf = (row: RoomRow) => {
  const {
    entity_id,
    room_id,
    flag,
    display,
    member_count,
    last_message,
    last_message_id,
    last_author_id,
  } = row;
  const {
    is_attachment,
    last_activity_ms,
    unread_count,
    is_archived,
    is_blocked,
    pointer,
    last_ordinal,
    notify_level,
  } = row;
  const place = {
    entity_id,
    room_id,
    flag,
    display,
    member_count,
    pointer,
    last_ordinal,
    is_archived,
    is_blocked,
    notify_level,
  };
  const last = { last_message, last_message_id, last_author_id, is_attachment };
  return { ...place, ...last, last_activity_ms: last_activity_ms as number | null, unread_count };
};

const countersOf = (
  rooms: readonly { flag: string; is_archived: number; unread_count: number }[],
) => {
  const sum = (holds: (room: (typeof rooms)[number]) => boolean) =>
    rooms.reduce((total, room) => total + (holds(room) ? room.unread_count : 0), 0);
  return {
    total_cnt: sum(() => true),
    contact_chat_cnt: sum((room) => !room.is_archived && room.flag === 'contact'),
    share_chat_cnt: sum((room) => !room.is_archived && room.flag === 'share'),
    archive_chat_cnt: sum((room) => room.is_archived === 1),
    head_chat_cnt: rooms.filter((room) => room.unread_count > 0).length,
    support_cnt: 0,
  };
};

const bit = (holds: boolean): 0 | 1 => (holds ? 1 : 0);

function shownOf(me: string, facts: Facts): Shown {
  const { entityId: entity_id, pointer, lastOrdinal } = facts;
  const known = [...facts.messages].sort((a, b) => b.ordinal - a.ordinal);
  const isNew = (message: Known) => message.author_id !== me && message.ordinal > pointer;
  const seenUpTo = facts.readUpTo.length > 0 ? Math.min(...facts.readUpTo) : 0;
  const messages = known.map(({ mine, ...message }) => ({
    ...message,
    entity_id,
    is_notify: bit(isNew({ ...message, mine })),
    is_readed: bit(!isNew({ ...message, mine })),
    is_seen: bit(message.author_id === me && message.ordinal <= seenUpTo),
    my_reactions: message.reactions.flatMap(({ emoji }) => (mine.includes(emoji) ? emoji : [])),
  }));
  const pins = facts.pins.flatMap(({ id, by, ms }) => {
    const found = known.find((message) => message.message_id === id);
    if (!found) return [{ message_id: id, message: 'DELETED' }];
    const { mine: _, ...message } = found;
    return [{ ...message, entity_id, pinned_by: by, pinned_ms: ms }];
  });
  const [last] = known;
  return {
    messages,
    pins,
    room: {
      entity_id,
      room_id: facts.roomId,
      flag: facts.isGroup ? 'share' : 'contact',
      display: facts.display,
      member_count: facts.memberCount,
      pointer,
      last_ordinal: lastOrdinal,
      is_archived: bit(facts.isClosed || facts.archivedAt === lastOrdinal),
      is_blocked: bit(facts.isBlocked),
      notify_level: facts.level,
      last_message: last?.message.slice(0, 200) ?? '',
      last_message_id: last?.message_id ?? null,
      last_author_id: last?.author_id ?? null,
      is_attachment: last?.is_attachment ?? 0,
      last_activity_ms: facts.lastAtMs,
      unread_count: known.filter(isNew).length,
      owner_ids: facts.ownerIds,
    },
  };
}

/** What a member with this state must see. */
export function viewOf(me: string, all: readonly Facts[]): View {
  const conversations = new Map(all.map((facts) => [facts.entityId, shownOf(me, facts)]));
  const rooms = [...conversations.values()].map((shown) => shown.room);
  const ordered = rooms.sort(
    (a, b) =>
      a.is_archived - b.is_archived ||
      (b.last_activity_ms ?? 0) - (a.last_activity_ms ?? 0) ||
      ((a.room_id ?? '') < (b.room_id ?? '') ? -1 : 1),
  );
  return {
    order: ordered.map((room) => room.entity_id),
    conversations,
    counters: countersOf(rooms),
  };
}

/**
 * All messages of a conversation that are visible to the member, newest first. Marks nothing as
 * read.
 */
async function history({ chat }: Member, entityId: string) {
  const rows: Awaited<ReturnType<typeof chat.messages>> = [];
  for (;;) {
    const before = rows.at(-1)?.cursor;
    const page = await chat.messages({
      ...{ entity_id: entityId, limit: 100, mark_read: 0 },
      ...(before === undefined ? {} : { before }),
    });
    rows.push(...page);
    if (page.length < 100) return rows;
  }
}

export async function loadOne(member: Member, row: RoomRow): Promise<Shown> {
  const { chat, room } = member;
  const [rows, pins, info] = await Promise.all([
    history(member, row.entity_id),
    chat.pins({ entity_id: row.entity_id }),
    row.flag === 'share' ? room.info({ entity_id: row.entity_id }) : undefined,
  ]);
  return {
    room: { ...roomOf(row), owner_ids: info?.owner_ids ?? [] },
    messages: rows.map((message) => {
      const { seq, entity_id, is_notify, is_readed, is_seen, my_reactions } = message;
      return {
        ...PlainMessage.parse(message),
        seq,
        entity_id,
        is_notify,
        is_readed,
        is_seen,
        my_reactions,
      };
    }),
    pins: pins.map((pin) => PlainPin.parse(pin)),
  };
}

/** The service's replies to a member without any state. */
export async function loadAll(member: Member): Promise<View> {
  const { chat } = member;
  const pages = async (option: 'active' | 'archived') => {
    const rows: RoomRow[] = [];
    for (let page = 1; ; page++) {
      const more = await chat.chat_rooms({ option, page });
      rows.push(...more);
      if (more.length < 45) return rows;
    }
  };
  const [active, archived, counters] = await Promise.all([
    pages('active'),
    pages('archived'),
    chat.count_all(),
  ]);
  const rows = [...active, ...archived];
  const shown = await Promise.all(rows.map((row) => loadOne(member, row)));
  return {
    order: rows.map((row) => row.entity_id),
    conversations: new Map(shown.map((one) => [one.room.entity_id, one])),
    counters,
  };
}
