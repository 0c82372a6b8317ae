/** How many of everything a filled hub has. */
export interface Shape {
  /** Members beside the quiet one, who is in one room only. */
  members: number;
  /** With the long room and the wide one. */
  rooms: number;
  /** The rooms of one member, who is in the long room and in the wide one too. */
  heavyRooms: number;
  /** Of all rooms together. */
  messages: number;
  /** Messages of the long room, which has twenty participants. */
  longMessages: number;
  /** Messages of the wide room, in which all members are but the quiet one. */
  wideMessages: number;
}

/** The large hub. */
export const large: Shape = {
  members: 10_000,
  rooms: 20_000,
  heavyRooms: 15_000,
  messages: 2_000_000,
  longMessages: 1_000_000,
  wideMessages: 2_000,
};

/** The hub that it is compared with. Its rooms have as many messages and participants. */
export const small: Shape = {
  members: 100,
  rooms: 250,
  heavyRooms: 200,
  messages: 13_600,
  longMessages: 1_000,
  wideMessages: 200,
};

/** Returns a shape with a part of everything. */
export const scaled = (shape: Shape, scale: number): Shape => ({
  members: Math.round(shape.members * scale),
  rooms: Math.round(shape.rooms * scale),
  heavyRooms: Math.round(shape.heavyRooms * scale),
  messages: Math.round(shape.messages * scale),
  longMessages: Math.round(shape.longMessages * scale),
  wideMessages: Math.round(shape.wideMessages * scale),
});

/** Members by their numbers, which begin with 1. */
export const heavy = 1;
/** May do everything in the hub. */
export const owner = 2;
/** Is in the long room. */
export const reader = 3;
export const quietOf = ({ members }: Shape): number => members + 1;
export const ordinaryOf = ({ members }: Shape): number => Math.round(members / 2) + 1;

/** A room and who is in it, by the members' numbers. */
export interface RoomPlan {
  /** From 1. The long room and the wide one are the last. */
  n: number;
  kind: 'direct' | 'group';
  name: string;
  participants: number[];
  /** Those who write in turn: the first message is the first one's. */
  authors: number[];
}

const authorsOfGroup = 19;
const participantsOfLong = 20;
/** A prime: steps of it reach every room and every member. */
const stride = 7919;

/** The rooms other than the long and the wide one: one half direct, one half groups. */
export const smallRoomsOf = ({ rooms }: Shape): number => rooms - 2;

export function planRooms(shape: Shape): RoomPlan[] {
  const count = smallRoomsOf(shape);
  if (count % stride === 0 || (shape.members - 1) % stride === 0)
    throw new Error(`the numbers of rooms and members must not be multiples of ${stride}`);
  const plans = Array.from({ length: count }, (_, n) => planSmallRoom(shape, n + 1));
  const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);
  const long = upTo(Math.min(participantsOfLong, shape.members));
  const wide = upTo(shape.members);
  const kind = 'group';
  return [
    ...plans,
    { n: count + 1, kind, name: 'Long room', participants: long, authors: long },
    { n: count + 2, kind, name: 'Wide room', participants: wide, authors: wide },
  ];
}

function planSmallRoom(shape: Shape, n: number): RoomPlan {
  const ofHeavy = n <= shape.heavyRooms - 2;
  if (n % 2 === 1) {
    const pair = ofHeavy ? [heavy, 1 + (n + 1) / 2] : pairAt((n + 1) / 2, shape);
    return { n, kind: 'direct', name: '', participants: pair, authors: pair };
  }
  const authors = Array.from({ length: authorsOfGroup }, (_, k) => {
    const at = (n / 2) * authorsOfGroup + k;
    return 2 + ((at * stride) % (shape.members - 1));
  });
  const last = smallRoomsOf(shape) - (smallRoomsOf(shape) % 2);
  const silent = ofHeavy ? [heavy] : n === last ? [quietOf(shape)] : [];
  return { n, kind: 'group', name: `Group ${n}`, participants: [...authors, ...silent], authors };
}

/** Returns the members of a direct room that is not the heavy member's. */
function pairAt(direct: number, { heavyRooms }: Shape): number[] {
  const before = Math.ceil((heavyRooms - 2) / 2);
  const first = 2 * (direct - before);
  return [first, first + 1];
}

/** Returns the room whose turn is at a place of the round, from 0, in which small rooms write. */
export const roomAt = (place: number, shape: Shape): number =>
  1 + ((place * stride) % smallRoomsOf(shape));
