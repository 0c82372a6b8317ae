/** Returns the key of two users' direct room: their ids, the lower one first. */
export const directKey = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

/** Returns the other user of a direct room. */
export const peerOf = (room: { directKey: string | null }, userId: string): string => {
  const [a = '', b = ''] = room.directKey?.split(':') ?? [];
  return a === userId ? b : a;
};

/** Returns how a user addresses a room: by the other user's id, or by the room's. */
export const entityOf = (room: { id: string; directKey: string | null }, userId: string): string =>
  room.directKey ? peerOf(room, userId) : room.id;
