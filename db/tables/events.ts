/** The event log. */
import { index, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import { ascii, count, jsonText, time, uuid } from './columns.ts';

/** Events, except new messages: those are events by their own rows. */
export const events = mysqlTable(
  'events',
  {
    hubId: uuid('hub_id').notNull(),
    seq: count('seq').notNull(),
    name: ascii(32)('name').notNull(),
    /**
     * The room that it is about. Participants see it if it is in the room's stream, else only its
     * targets do.
     */
    roomId: uuid('room_id'),
    /** The message that it is about, which chat.sync adds in its current state. */
    messageId: uuid('message_id'),
    actorId: uuid('actor_id').notNull(),
    stream: uuid('stream').notNull(),
    prevSeq: count('prev_seq').notNull(),
    echoId: ascii(64)('echo_id'),
    data: jsonText<Record<string, unknown>>('data').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.seq] }),
    index('events_stream').on(t.hubId, t.stream, t.seq),
  ],
);

/** Users who see an event although they are not, or no longer, participants of its room. */
export const eventTargets = mysqlTable(
  'event_targets',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    seq: count('seq').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.userId, t.seq] }),
    index('event_targets_seq').on(t.hubId, t.seq),
  ],
);
