import type { EventData } from '../contract.ts';
import { type AnyEvent, isGone, type Living, type ShownMessage } from './types.ts';

/** Messages of a conversation, oldest first. */
export type Rows = readonly ShownMessage[];

/** Returns the row of a new message that follows these; undefined for any other event. */
export function rowOfEvent(event: AnyEvent, rows: Rows, me: string): ShownMessage | undefined {
  const { name, seq, entity_id, echoId } = event;
  if ((name !== 'chat.post' && name !== 'chat.forward') || isGone(event)) return undefined;
  const message = event.data as Living<'chat.post'>;
  const last = rows.at(-1);
  if (last && message.ordinal <= last.ordinal) return undefined;
  const isOwn = message.author_id === me;
  return {
    ...message,
    ...{ entity_id, seq, echoId, page: 1, status: 'active', is_seen: 0, my_reactions: [] },
    cursor: message.message_id,
    is_notify: isOwn ? 0 : 1,
    is_readed: isOwn ? 1 : 0,
  };
}

/** Returns the rows after an event; the same array if it changes none. */
export function applyToRows(rows: Rows, event: AnyEvent, me: string): Rows {
  if (isGone(event)) return rows;
  const rule = rules[event.name];
  return rule ? rule(rows, event, me) : rows;
}

type Rule = (rows: Rows, event: AnyEvent, me: string) => Rows;

const rules: Partial<Record<AnyEvent['name'], Rule>> = {
  'chat.edit': (rows, { data }) => edit(rows, data as Living<'chat.edit'>),
  'chat.delete': (rows, { data }) => remove(rows, (data as EventData['chat.delete']).message_id),
  'chat.react': (rows, { data }, me) => {
    const { emoji, state, ...reacted } = data as Living<'chat.react'>;
    return react(rows, reacted, me, (before) =>
      state === 1 ? [...before, emoji] : before.filter((one) => one !== emoji),
    );
  },
  'chat.set_reactions': (rows, { data }, me) => {
    const { emojis, ...reacted } = data as Living<'chat.set_reactions'>;
    return react(rows, reacted, me, () => emojis);
  },
  'room.purge': (rows, { data }) => purge(rows, (data as EventData['room.purge']).ordinal),
};

/** Changes the rows that match; returns the same array if there are none. */
function changeRows(
  rows: Rows,
  matches: (row: ShownMessage) => boolean,
  by: (row: ShownMessage) => ShownMessage,
): Rows {
  return rows.some(matches) ? rows.map((row) => (matches(row) ? by(row) : row)) : rows;
}

/** An edit that the page already has, and later ones, is not applied again. */
function edit(rows: Rows, message: Living<'chat.edit'>): Rows {
  const { message_id: id, version } = message;
  const edited = changeRows(
    rows,
    (row) => row.message_id === id && row.version < version,
    (row) => ({ ...row, ...message, files: row.files }),
  );
  return changeRows(
    edited,
    ({ thread_id, thread }) => thread_id === id && thread?.author_id !== undefined,
    (row) => ({ ...row, thread: row.thread && { ...row.thread, message: message.message } }),
  );
}

const withoutQuote = (rows: Rows, id: string): Rows =>
  changeRows(
    rows,
    ({ thread_id }) => thread_id === id,
    (row) => ({ ...row, thread: { message: 'DELETED', message_id: id } }),
  );

function remove(rows: Rows, id: string): Rows {
  const left = rows.some((row) => row.message_id === id)
    ? rows.filter((row) => row.message_id !== id)
    : rows;
  return withoutQuote(left, id);
}

function purge(rows: Rows, ordinal: number): Rows {
  const purged = rows.filter((row) => row.ordinal <= ordinal);
  return purged.reduce((left, { message_id }) => remove(left, message_id), rows);
}

/** The messages whose files have no links yet. */
export const withoutLinks = (rows: Rows): string[] =>
  rows.filter(({ files }) => files.some((file) => !('url' in file))).map((row) => row.message_id);

/** The rows that quote a message which is not among them, and may be deleted by now. */
export const unknownQuotes = (rows: Rows): string[] => {
  const known = new Set(rows.map((row) => row.message_id));
  return rows
    .filter(({ thread_id: id, thread }) => id !== null && !known.has(id) && thread?.author_id)
    .map((row) => row.message_id);
};

/** The member's own reactions are in the order of all. */
function react(
  rows: Rows,
  {
    message_id: id,
    user_id,
    reactions,
  }: Pick<Living<'chat.set_reactions'>, 'message_id' | 'user_id' | 'reactions'>,
  me: string,
  change: (mine: readonly string[]) => readonly string[],
): Rows {
  return changeRows(
    rows,
    (row) => row.message_id === id,
    (row) => {
      const mine = user_id === me ? change(row.my_reactions) : row.my_reactions;
      const my_reactions = reactions.flatMap(({ emoji }) => (mine.includes(emoji) ? emoji : []));
      return { ...row, reactions, my_reactions };
    },
  );
}
