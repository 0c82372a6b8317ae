import type { Card } from '../../acl/entities/member.ts';
import type { MemberRecord } from '../../db/reading/identity/members.ts';
import type { UserView } from '../../db/reading/identity/users.ts';
import type { ParticipantView } from '../../db/reading/rooms/participants.ts';
import type { Person } from '../../db/rows/identity/users.ts';
import { cursorOf } from './cursors.ts';
import { toSeconds } from './time.ts';

/** Returns how a user is shown to others. */
export const presentCard = ({ id, firstname, lastname }: Person): Card => ({
  id,
  firstname,
  lastname,
  surname: [firstname, lastname].filter(Boolean).join(' '),
});

/** Returns a member of the hub as `hub.*` shows them. */
export const presentMember = (member: MemberRecord) => {
  const { id, ...names } = presentCard(member);
  return { user_id: id, ...names, privilege: member.privilege, ctime: toSeconds(member.joinedMs) };
};

/** Returns a participant. Only people inside the room may see how far others have read. */
export const presentParticipant = (participant: ParticipantView, isInside: boolean) => {
  const { id, ...names } = presentCard(participant);
  return {
    user_id: id,
    ...names,
    is_owner: participant.isOwner,
    pointer: isInside ? participant.pointer : 0,
    ctime: toSeconds(participant.joinedMs),
    cursor: cursorOf({ ms: participant.joinedMs, id }),
  };
};

/** Returns a user as the user themselves may see them. */
export const presentProfile = (
  user: Person & { email: string | null; pictureUrl: string | null },
) => ({ ...presentCard(user), email: user.email, picture_url: user.pictureUrl });

/**
 * Returns a member as those see them who administer the hub. The address of a user who is also in
 * other hubs belongs to the user, and not to one of the hubs.
 */
export const presentUserOfHub = (user: UserView, showsAddress: boolean) => ({
  ...presentMember(user),
  email: showsAddress || user.isShared === 0 ? user.email : null,
  picture_url: user.pictureUrl,
  external_id: user.externalId,
  last_seen: user.seenMs === null ? null : toSeconds(user.seenMs),
});
