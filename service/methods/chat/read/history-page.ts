import type { Spec } from '../../../../acl/index.ts';
import type { HistoryFilter } from '../../../../db/reading/messages/history.ts';
import { findOrdinal, findOrdinalsAt } from '../../../../db/rows/messages/messages.ts';
import type { Call } from '../../../core/call.ts';

type Paged = Call<Spec<'chat.messages'>> | Call<Spec<'chat.thread'>>;

/**
 * Returns the part of a room's history that the call asks for: a numbered page, or what lies before
 * and after given messages and times. `page` counts only without `before` and `after`.
 */
export async function historyPage(call: Paged, roomId: string): Promise<HistoryFilter> {
  const { input } = call;
  const [before, after, times] = await Promise.all([
    ordinalAt(call, roomId, 'before'),
    ordinalAt(call, roomId, 'after'),
    ordinalsOfTimes(call, roomId),
  ]);
  const isNumbered = before === undefined && after === undefined;
  return {
    before: pick(Math.min, before, times.before),
    after: pick(Math.max, after, times.after),
    offset: isNumbered ? (input.page - 1) * input.limit : 0,
    limit: input.limit,
  };
}

const pick = (
  choose: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined => (a === undefined || b === undefined ? (a ?? b) : choose(a, b));

/** Returns the ordinal that a parameter names, as a row's cursor or as a message of the room. */
async function ordinalAt(
  { hub, input, fail }: Paged,
  roomId: string,
  parameter: 'before' | 'after',
): Promise<number | undefined> {
  const given = input[parameter];
  if (given === undefined) return undefined;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  return (
    (await findOrdinal(hub, roomId, given)) ??
    fail('MESSAGE_NOT_FOUND', `${parameter}: is not a message of this conversation`)
  );
}

/**
 * Returns the bounds in time as ordinals, both exclusive: a room's messages have their times in the
 * order of their ordinals.
 */
async function ordinalsOfTimes(
  { hub, input }: Paged,
  roomId: string,
): Promise<{ before?: number; after?: number }> {
  const { before_ms: before, after_ms: after } = input;
  const times = [before, after].filter((ms) => ms !== undefined);
  if (times.length === 0) return {};
  const ordinals = await findOrdinalsAt(hub, roomId, times);
  // No message is as late as that time: the place is after every message.
  const end = Number.MAX_SAFE_INTEGER;
  return {
    before: before === undefined ? undefined : (ordinals[0] ?? end),
    after: after === undefined ? undefined : (ordinals.at(-1) ?? end) - 1,
  };
}
