import type { NumberedEvent } from '../../../db/log/append.ts';

/** Some of an event's receivers, whose payload is the same. */
export interface Audience {
  /** The receiver whose entity_id and notify the payload has; empty where all have the same. */
  payloadOf: string;
  /** All members of the hub. */
  everyone?: true;
  /** The participants of this room. */
  roomId?: string;
  /** These users; with `roomId` besides. */
  userIds: readonly string[];
}

/**
 * Returns who receives an event. The two members of a direct room are addressed one by one, because
 * each has their own entity_id.
 */
export function audiencesOf(event: NumberedEvent): Audience[] {
  const { room, targets = [], everyone } = event;
  const alone = (userId: string): Audience => ({ payloadOf: userId, userIds: [userId] });
  if (everyone) return [{ payloadOf: '', everyone, userIds: [] }];
  if (room?.directKey) return room.directKey.split(':').map(alone);
  if (isFarewell(event)) return [{ payloadOf: '', userIds: targets }];
  if (room) return [{ payloadOf: '', roomId: room.id, userIds: targets }];
  return targets.map(alone);
}

/** Whether only those get the event who leave with it: many leave a deleted room in steps. */
const isFarewell = ({ name }: NumberedEvent): boolean => name === 'room.delete';

const usersIn = (event: NumberedEvent): string[] =>
  (event.data as { user_ids?: string[] }).user_ids ?? [];

/** The users that an event adds to its room. */
export const addedBy = (event: NumberedEvent): string[] =>
  event.name === 'room.create' || event.name === 'room.add' ? usersIn(event) : [];

/** The users that an event removes from its room. */
export function removedBy(event: NumberedEvent): readonly string[] {
  if (event.name === 'room.remove') return usersIn(event);
  return isFarewell(event) ? (event.targets ?? []) : [];
}

/** A user's rooms other than direct ones: room id → seq from which on they receive its events. */
export type JoinedRooms = Map<string, number>;

/** Whether a user with these rooms receives the event. */
export function isReceiver(event: NumberedEvent, userId: string, rooms: JoinedRooms): boolean {
  const { everyone, targets = [], room } = event;
  if (everyone || targets.includes(userId) || room?.directKey?.split(':').includes(userId))
    return true;
  if (isFarewell(event)) return false;
  const joinedSeq = rooms.get(room?.id ?? '');
  return (joinedSeq !== undefined && event.seq >= joinedSeq) || addedBy(event).includes(userId);
}

/** Applies an event to the rooms of a user. */
export function updateRooms(event: NumberedEvent, userId: string, rooms: JoinedRooms): void {
  const roomId = event.room?.id ?? '';
  if (addedBy(event).includes(userId)) rooms.set(roomId, event.seq);
  if (removedBy(event).includes(userId)) rooms.delete(roomId);
}
