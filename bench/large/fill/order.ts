import { type Shape, smallRoomsOf } from './shape.ts';

/**
 * Messages are written in three streams: those of the long room, of the wide room, and of all
 * others in turn. Each stream is spread evenly over the hub's log.
 */
export const streams = ['long', 'wide', 'small'] as const;
export type Stream = (typeof streams)[number];

export function lengthOf(stream: Stream, shape: Shape): number {
  const { longMessages, wideMessages, messages } = shape;
  return { long: longMessages, wide: wideMessages, small: messages - longMessages - wideMessages }[
    stream
  ];
}

/** How many messages of another stream come before the x-th: `(factor * x + rest) DIV divisor`. */
interface Before {
  factor: number;
  rest: number;
  divisor: number;
}

function before(stream: Stream, other: Stream, shape: Shape): Before {
  const [own, others] = [lengthOf(stream, shape), lengthOf(other, shape)];
  // Of two at the same place, that of the earlier stream comes first.
  const isAfter = streams.indexOf(other) > streams.indexOf(stream);
  return { factor: 2 * others, rest: own - others - (isAfter ? 1 : 0), divisor: 2 * own };
}

const othersOf = (stream: Stream, shape: Shape): Before[] =>
  streams.filter((one) => one !== stream).map((other) => before(stream, other, shape));

/** Returns the place of a stream's x-th message among the messages of the hub; both from 1. */
export const placeOf = (stream: Stream, x: number, shape: Shape): number =>
  othersOf(stream, shape).reduce(
    (sum, { factor, rest, divisor }) => sum + Math.floor((factor * x + rest) / divisor),
    x,
  );

/** Returns the same as SQL. */
export const placeSql = (stream: Stream, x: string, shape: Shape): string =>
  othersOf(stream, shape)
    .map(({ factor, rest, divisor }) => `(${factor} * (${x}) + ${rest}) DIV ${divisor}`)
    .reduce((sum, count) => `${sum} + ${count}`, x);

/** Returns the last ordinal of the room at a place of the round, and its place in the stream. */
export function lastInRound(round: number, shape: Shape): { ordinal: number; x: number } {
  const rooms = smallRoomsOf(shape);
  const ordinal = Math.floor((lengthOf('small', shape) - 1 - round) / rooms) + 1;
  return { ordinal, x: (ordinal - 1) * rooms + round + 1 };
}
