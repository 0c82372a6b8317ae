interface Failing {
  fail(code: 'ROOM_ARCHIVED', ...details: string[]): never;
}

/** What `details` say of a room that is archived for everyone; `parameter` names it in the call. */
export const archivedDetail = (parameter: string): string =>
  `${parameter}: the room is archived for everyone`;

/** Fails with ROOM_ARCHIVED when the room is archived for everyone, and so read-only. */
export function refuseArchived(
  { fail }: Failing,
  room: { archived: boolean } | null,
  parameter = 'entity_id',
): void {
  if (room?.archived) fail('ROOM_ARCHIVED', archivedDetail(parameter));
}
