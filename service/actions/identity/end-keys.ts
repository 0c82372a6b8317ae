import { type Hub, inHub, type Transaction } from '../../../db/connection/transaction.ts';
import { listMadeKeys, type MakingKey } from '../../../db/reading/identity/made.ts';
import {
  limitMakerPrivilege,
  listKeysBeyond,
  listKeysMadeWith,
  listKeysThatIssueNone,
  revokeKeys,
  type UserKey,
} from '../../../db/rows/identity/keys.ts';
import { endKeySessions, queueUserEpochs } from '../../../db/rows/identity/sessions.ts';

/** What revoking keys has ended. */
interface EndedKeys {
  /** Empty if none of the keys was live. */
  keyIds: string[];
  /** The ids of keys and sessions whose sockets must be cut. */
  cutIds: string[];
}

/**
 * Revokes keys, the keys that were made with them, and all sessions that these issued. Each key is
 * revoked before the keys made with it are read: lockLiveKey lets no further one be made.
 */
export async function endKeys(
  hub: Hub,
  keyIds: readonly string[],
  now: number,
): Promise<EndedKeys> {
  const ended: string[] = [];
  for (let next = [...keyIds]; next.length > 0; ) {
    if ((await revokeKeys(hub, next, now)) === 0) break;
    ended.push(...next);
    next = (await listKeysMadeWith(hub, next)).filter((id) => !ended.includes(id));
  }
  return { keyIds: ended, cutIds: [...ended, ...(await endKeySessions(hub, ended))] };
}

/**
 * Revokes a key and all that it has led to: also the keys of members whom it made, and so on, as
 * far as they have no more bits than it has. Returns the ids whose sockets must be cut.
 */
export async function endKeyAndMade(hub: Hub, key: MakingKey, now: number): Promise<string[]> {
  const { cutIds } = await endKeys(hub, [key.id], now);
  const made = await endKeys(hub, await listMadeKeys(hub, key), now);
  return [...cutIds, ...made.cutIds];
}

/**
 * Revokes the keys that a member made and that may do more than the member may from now on; when
 * the member leaves, also those that act as them. Those that stay do nothing any more that their
 * maker could not do, and the sessions that they issued end. Returns the ids whose sockets must be
 * cut.
 */
export async function endKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
  now: number,
): Promise<string[]> {
  const { cutIds } = await endKeys(hub, await listKeysBeyond(hub, userId, privilege), now);
  await limitMakerPrivilege(hub, userId, privilege);
  const issueNone = await listKeysThatIssueNone(hub, userId);
  return [...cutIds, ...(await endKeySessions(hub, issueNone, 'issued'))];
}

/** Revokes keys that act as a user, in any hub. Returns the ids whose sockets must be cut. */
export async function endUserKeys(
  tx: Transaction,
  userId: string,
  keys: readonly UserKey[],
  now: number,
): Promise<string[]> {
  const cutIds: string[] = [];
  for (const hubId of new Set(keys.map((key) => key.hubId))) {
    const ids = keys.filter((key) => key.hubId === hubId).map(({ id }) => id);
    cutIds.push(...(await endKeys(inHub(tx, hubId), ids, now)).cutIds);
  }
  if (keys.length > 0) queueUserEpochs(tx, userId);
  return cutIds;
}
