import type { Hub } from '../connection/transaction.ts';
import {
  countRooms,
  type EventPlace,
  listPlacesOfRooms,
  listRoomNews,
  type RoomNews,
  surveyLog,
  walkLog,
} from './places.ts';
import type { LogBounds } from './read.ts';

/** Rooms whose events one statement reads. */
const roomsAtOnce = 64;
/** Where a room is looked at, about as much is read as for so many events of the hub's log. */
const eventsPerRoom = 24;
/** A statement walks along so much of the log at most. */
const eventsAtOnce = 16_384;

/** How far the log is looked at before anything else is known. */
const nearbyOf = (limit: number): number => Math.max(512, 2 * limit);

export interface Search {
  userId: string;
  since: number;
  /** How many events are wanted. */
  limit: number;
  /** Throws if nobody waits for the events any more. Called before each further round trip. */
  continues: () => void;
}

/** Events that were found, in order. None is missing up to `reached`. */
interface Found {
  places: EventPlace[];
  reached: number;
}

/**
 * Returns the next events after `since` that a member may see: of the rooms they are in, since
 * they joined; of the hub; and those that have them as a target. Returns also the log's bounds,
 * which are read before; events after their `seq` are left out.
 *
 * What is near in the hub's log is found by walking along it. Further on, the events of a member of
 * few rooms are read room by room. For a member of many rooms the walk goes on as long as it costs
 * no more than their rooms would, because a busy member's next events are close.
 */
export async function listEventPlaces(
  hub: Hub,
  search: Search,
): Promise<LogBounds & { places: EventPlace[] }> {
  const { userId, since, limit } = search;
  const near = since + nearbyOf(limit);
  // In this order: events up to `seq` are committed before the places are read.
  const [{ seq, floor, rooms: counted }, places, rooms] = await Promise.all([
    surveyLog(hub, userId, { near, most: roomsAtOnce }),
    walkLog(hub, userId, { after: since, upTo: near }, { limit, targetedAfter: since }),
    listRoomNews(hub, userId, {
      ...{ after: near, afterRoom: '', limit: roomsAtOnce },
      unlessIn: roomsAtOnce - 1,
    }),
  ]);
  const isOutside = since < floor || since > seq;
  const reached = Math.min(near, seq);
  const walked = { places: places.filter((place) => place.seq <= reached), reached };
  const targeted = places.filter((place) => place.seq > reached);
  if (isOutside || !isUnfinished(walked, limit, seq))
    return { seq, floor, places: firstOf(places, limit, seq) };
  const found =
    counted < roomsAtOnce
      ? await byRooms(hub, search, walked, seq, rooms)
      : await byLogOrRooms(hub, search, walked, seq);
  return { seq, floor, places: firstOf([...found.places, ...targeted], limit, seq) };
}

const isUnfinished = ({ places, reached }: Found, limit: number, seq: number): boolean =>
  places.length < limit && reached < seq;

/** Sorts places; returns the first, each event once, up to a `seq`. */
function firstOf(places: EventPlace[], limit: number, upTo: number): EventPlace[] {
  const bySeq = new Map(places.map((place) => [place.seq, place]));
  return [...bySeq.values()]
    .filter(({ seq }) => seq <= upTo)
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit);
}

/** Walks on as far as reading all rooms would cost; then reads the rooms. */
async function byLogOrRooms(hub: Hub, search: Search, near: Found, seq: number): Promise<Found> {
  const { userId, limit, continues } = search;
  const nextEnd = Math.min(seq, near.reached + roomsAtOnce * eventsPerRoom);
  continues();
  const [walked, rooms] = await Promise.all([
    walkOn(hub, search, near, nextEnd),
    countRooms(hub, userId),
  ]);
  const end = Math.min(seq, near.reached + rooms * eventsPerRoom);
  let found = walked;
  while (isUnfinished(found, limit, end)) {
    continues();
    found = await walkOn(hub, search, found, Math.min(end, found.reached + eventsAtOnce));
  }
  if (!isUnfinished(found, limit, seq)) return found;
  continues();
  return byRooms(hub, search, found, seq, await nextRooms(hub, search, found.reached, ''));
}

async function walkOn(
  hub: Hub,
  { userId, limit }: Search,
  { places, reached }: Found,
  upTo: number,
): Promise<Found> {
  const missing = { limit: limit - places.length };
  const more = await walkLog(hub, userId, { after: reached, upTo }, missing);
  return { places: [...places, ...more], reached: upTo };
}

const nextRooms = (
  hub: Hub,
  { userId }: Search,
  after: number,
  afterRoom: string,
): Promise<RoomNews[]> => listRoomNews(hub, userId, { after, afterRoom, limit: roomsAtOnce });

/** Completes what was found by the events of all rooms, beginning with these. */
export async function byRooms(
  hub: Hub,
  search: Search,
  { places: before, reached }: Found,
  seq: number,
  firstRooms: readonly RoomNews[],
): Promise<Found> {
  const { userId, continues } = search;
  const limit = search.limit - before.length;
  let places: EventPlace[] = [];
  for (let rooms = firstRooms, hubAfter: number | undefined = reached; ; hubAfter = undefined) {
    continues();
    // Once there are enough, only what goes before the last of them is of interest.
    const upTo = places[limit - 1]?.seq ?? seq;
    const more = await listPlacesOfRooms(hub, userId, rooms, { upTo, limit, hubAfter });
    places = firstOf([...places, ...more], limit, upTo);
    if (rooms.length < roomsAtOnce) break;
    continues();
    rooms = await nextRooms(hub, search, reached, rooms.at(-1)?.roomId ?? '');
  }
  return { places: [...before, ...places], reached: seq };
}
