import type { Spec } from '../../../../acl/index.ts';
import type { Part } from '../../../../db/connection/statements.ts';
import type { HistoryFilter } from '../../../../db/reading/messages/history.ts';
import { findOrdinal, findOrdinalsAt } from '../../../../db/reading/messages/places.ts';
import type { Call } from '../../../core/call.ts';

type Paged = Call<Spec<'chat.messages'>> | Call<Spec<'chat.thread'>>;

type Bound = 'before' | 'after';

interface Place {
  page: HistoryFilter;
  /** The parameter that names a message outside the room: `page` is without that bound. */
  missing?: Bound | undefined;
}

export const missingPlace = (parameter: Bound): string =>
  `${parameter}: is not a message of this conversation`;

/**
 * Returns the part of a room's history that the call asks for: a numbered page, or what lies before
 * and after given messages and times. `page` counts only without `before` and `after`. Reads only
 * where the call names a message or a time; cursors of rows are ordinals.
 */
export async function historyPage(call: Paged, room: Part): Promise<Place> {
  const { input } = call;
  const [before, after, times] = await Promise.all([
    ordinalAt(call, room, 'before'),
    ordinalAt(call, room, 'after'),
    ordinalsOfTimes(call, room),
  ]);
  const isNumbered = input.before === undefined && input.after === undefined;
  return {
    page: {
      before: pick(Math.min, before, times.before),
      after: pick(Math.max, after, times.after),
      offset: isNumbered ? (input.page - 1) * input.limit : 0,
      limit: input.limit,
    },
    missing: (['before', 'after'] as const).find(
      (bound) => input[bound] !== undefined && { before, after }[bound] === undefined,
    ),
  };
}

const pick = (
  choose: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined => (a === undefined || b === undefined ? (a ?? b) : choose(a, b));

/** Returns the ordinal that a parameter names, as a row's cursor or as a message of the room. */
async function ordinalAt(
  { hub, input }: Paged,
  room: Part,
  parameter: Bound,
): Promise<number | undefined> {
  const given = input[parameter];
  if (given === undefined) return undefined;
  return /^\d{1,15}$/.test(given) ? Number(given) : findOrdinal(hub, room, given);
}

/**
 * Returns the bounds in time as ordinals, both exclusive: a room's messages have their times in the
 * order of their ordinals.
 */
async function ordinalsOfTimes(
  { hub, input }: Paged,
  room: Part,
): Promise<{ before?: number; after?: number }> {
  const { before_ms: before, after_ms: after } = input;
  const times = [before, after].filter((ms) => ms !== undefined);
  if (times.length === 0) return {};
  const ordinals = await findOrdinalsAt(hub, room, times);
  // No message is as late as that time: the place is after every message.
  const end = Number.MAX_SAFE_INTEGER;
  return {
    before: before === undefined ? undefined : (ordinals[0] ?? end),
    after: after === undefined ? undefined : (ordinals.at(-1) ?? end) - 1,
  };
}
