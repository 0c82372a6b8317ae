import { idOf } from './ids.ts';
import { planRooms, type RoomPlan, type Shape } from './shape.ts';

/** The ids and times of everything in a hub that is filled. Members, rooms have numbers from 1. */
export interface HubPlan {
  /** Distinguishes the ids of hubs in one database. */
  name: string;
  shape: Shape;
  hubId: string;
  rooms: readonly RoomPlan[];
  userIdOf(n: number): string;
  roomIdOf(n: number): string;
  joinedMs(n: number): number;
  madeMs(n: number): number;
  /** When the message at a place among all messages of the hub was posted. */
  postedMs(place: number): number;
}

/** The messages are from so many days: the event log reaches back further than this. */
const days = 25;

export function planHub(name: string, shape: Shape, lastMs: number): HubPlan {
  const step = Math.floor((days * 86_400_000) / shape.messages);
  const firstMs = lastMs - step * shape.messages;
  const peopleMs = firstMs - (shape.members + shape.rooms + 2);
  const joinedMs = (n: number) => peopleMs + n;
  const madeMs = (n: number) => peopleMs + shape.members + 1 + n;
  return {
    name,
    shape,
    joinedMs,
    madeMs,
    hubId: idOf(`${name} hub`, peopleMs),
    rooms: planRooms(shape),
    userIdOf: (n) => idOf(`${name} user ${n}`, joinedMs(n)),
    roomIdOf: (n) => idOf(`${name} room ${n}`, madeMs(n)),
    postedMs: (place) => firstMs + step * place,
  };
}

/** The subject of a message's id, without its place. */
export const messageSubject = ({ name }: HubPlan): string => `${name} message `;

/** Returns the id of the message at a place among all messages of the hub. */
export const messageIdOf = (plan: HubPlan, place: number): string =>
  idOf(`${messageSubject(plan)}${place}`, plan.postedMs(place));
