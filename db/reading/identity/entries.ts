/** A caller's entry to a hub: which hub it is, and what the caller is in it. */
import { asId } from '../../../acl/language/fields.ts';
import type { Transaction } from '../../connection/transaction.ts';
import { columnsOf, hubs, sessions } from '../../tables/index.ts';

/** Names a hub by id, else by host name, else as the token's own. */
export interface HubReference {
  id?: string | undefined;
  host?: string | undefined;
  /** The token's own hub goes before the one of the host name. */
  prefersOwn?: boolean | undefined;
}

/** A hub, and what a caller is in it. */
export interface Entry {
  hubId: string;
  epoch: number;
  origins: string[];
  /** 0 for a stranger. */
  privilege: number;
  /** The user's name; empty without a user. */
  firstname: string;
  lastname: string;
}

/** A session's owner, and how far its rights go. */
export interface SessionRights {
  userId: string;
  sessionId: string;
  /** The key that issued the session. */
  keyId: string | null;
  onlyHubId: string | null;
  cap: number;
  grants: string[] | null;
  expiresMs: number;
  endedAs: 'ended' | 'revoked' | null;
  /** The hashes of the token that is valid since a renewal, and of the one before it. */
  renewedHash: string | null;
  oldHash: string | null;
  /** Until when the one before it is valid. */
  oldEndsMs: number | null;
  /** Its key is revoked. */
  isKeyRevoked: 0 | 1;
  /** It is good for one hub only, of which its user is no longer a member. */
  isOutside: 0 | 1;
}

type EntryRow = Pick<typeof hubs.$inferSelect, 'origins'> & {
  hubId: string | null;
  epoch: number;
  privilege: number | null;
  firstname: string | null;
  lastname: string | null;
};

const hubColumns = columnsOf(hubs, { alias: 'h', only: ['origins'] });
const sessionColumns = columnsOf(sessions, {
  alias: 's',
  only: [
    ...(['userId', 'keyId', 'grants', 'expiresMs', 'endedAs'] as const),
    ...(['renewedHash', 'oldHash', 'oldEndsMs'] as const),
  ],
});
const entryColumns = `h.id AS hubId, h.acl_epoch AS epoch, ${hubColumns.list}, m.privilege,
  u.firstname, u.lastname`;
const entryJoins = `LEFT JOIN members m ON m.hub_id = h.id AND m.user_id = s.user_id
  LEFT JOIN users u ON u.id = s.user_id`;

/** The only hub of the token's user. */
const ownHub = `(SELECT IF(COUNT(*) = 1, MIN(o.hub_id), NULL) FROM members o
  WHERE o.user_id = s.user_id AND o.privilege > 0)`;
const hostHub = '(SELECT hub_id FROM hosts WHERE host = ?)';

/** Returns an SQL expression for the hub's id. Its one parameter is `referenceOf(hub)`. */
function hubIdOf({ id, prefersOwn }: HubReference): string {
  if (id !== undefined) return '?';
  return prefersOwn
    ? `COALESCE(s.hub_id, ${ownHub}, ${hostHub})`
    : `COALESCE(${hostHub}, s.hub_id, ${ownHub})`;
}

/** Returns the id or the host name of a hub; something that exists nowhere if it is malformed. */
function referenceOf({ id, host = '' }: HubReference): string {
  if (id !== undefined) return asId(id);
  return /^[\x21-\x7e]{1,253}$/.test(host) ? host : '';
}

function entryOf(row: EntryRow | undefined): Entry | null {
  if (!row?.hubId) return null;
  return {
    hubId: row.hubId,
    epoch: row.epoch,
    origins: hubColumns.decode(row).origins,
    privilege: row.privilege ?? 0,
    firstname: row.firstname ?? '',
    lastname: row.lastname ?? '',
  };
}

/** A token, and the hub that its holder enters with it. */
export interface TokenUse {
  /** The session: the hash of its first token, or its id. */
  session: { tokenHash: string } | { id: string };
  hub: HubReference;
}

/** A session, also one that has ended, and its entry to a hub. */
export interface FoundSession {
  rights: SessionRights;
  entry: Entry | null;
}

/** Returns the sessions of tokens, in their order. One statement for each hub, by keys. */
export async function findSessions(
  tx: Transaction,
  uses: readonly TokenUse[],
): Promise<(FoundSession | undefined)[]> {
  const keyed = uses.map(({ session, hub }) => {
    const [column, key] =
      'id' in session
        ? (['id', asId(session.id)] as const)
        : (['token_hash', session.tokenHash] as const);
    return { hub, column, key, place: `${column} ${hubIdOf(hub)} ${referenceOf(hub)}` };
  });
  const byPlace = new Map<
    string,
    Pick<(typeof keyed)[number], 'hub' | 'column'> & { keys: Set<string> }
  >();
  for (const { hub, column, key, place } of keyed) {
    const group = byPlace.get(place) ?? { hub, column, keys: new Set() };
    byPlace.set(place, group);
    group.keys.add(key);
  }
  const found = new Map<string, FoundSession>();
  await Promise.all(
    [...byPlace].map(async ([place, { hub, column, keys }]) => {
      for (const row of await readSessions(tx, column, [...keys], hub)) {
        const key = column === 'id' ? row.sessionId : row.tokenHash;
        if (keys.has(key)) found.set(`${key} ${place}`, sessionOf({ ...row }));
      }
    }),
  );
  return keyed.map(({ key, place }) => found.get(`${key} ${place}`));
}

type SessionAndEntry = SessionRights & EntryRow & { tokenHash: string };

const readSessions = (
  tx: Transaction,
  column: 'token_hash' | 'id',
  keys: readonly string[],
  hub: HubReference,
): Promise<SessionAndEntry[]> =>
  tx.readShared(
    `SELECT s.token_hash AS tokenHash, s.id AS sessionId, s.hub_id AS onlyHubId,
       s.privilege_cap AS cap, ${sessionColumns.list}, ${entryColumns},
       s.key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \`keys\` k
         WHERE k.hub_id = s.hub_id AND k.id = s.key_id AND k.revoked_ms IS NULL) AS isKeyRevoked,
       s.hub_id IS NOT NULL AND s.user_id <> '' AND NOT EXISTS (SELECT 1 FROM members o
         WHERE o.hub_id = s.hub_id AND o.user_id = s.user_id AND o.privilege > 0) AS isOutside
     FROM sessions s LEFT JOIN hubs h ON h.id = ${hubIdOf(hub)}
     ${entryJoins}
     WHERE s.${column} IN (?)`,
    [referenceOf(hub), keys],
  );

function sessionOf(row: SessionAndEntry): FoundSession {
  const { sessionId, keyId, userId, onlyHubId, cap, grants, expiresMs, ...ends } =
    sessionColumns.decode(row);
  const { endedAs, isKeyRevoked, isOutside, renewedHash, oldHash, oldEndsMs } = ends;
  const rights = { sessionId, keyId, userId, onlyHubId, cap, grants, expiresMs, endedAs };
  const tokens = { renewedHash, oldHash, oldEndsMs };
  return { rights: { ...rights, ...tokens, isKeyRevoked, isOutside }, entry: entryOf(row) };
}

/** Returns a user's entry to a hub; without a user only the hub. */
export async function findEntry(
  tx: Transaction,
  userId: string | null,
  hub: HubReference,
  onlyHubId: string | null,
): Promise<Entry | null> {
  const [row] = await tx.read<EntryRow>(
    `SELECT ${entryColumns} FROM (SELECT ? AS user_id, ? AS hub_id) s
     LEFT JOIN hubs h ON h.id = ${hubIdOf(hub)}
     ${entryJoins}`,
    [userId ?? '', onlyHubId, referenceOf(hub)],
  );
  return entryOf(row);
}

/** Returns the id of the hub that has a host name. */
export async function findHostHubId(
  tx: Transaction,
  host: string | undefined,
): Promise<string | undefined> {
  const [row] = await tx.read<{ id: string }>('SELECT hub_id AS id FROM hosts WHERE host = ?', [
    referenceOf({ host }),
  ]);
  return row?.id;
}

/** Returns the allowed origins of a hub; undefined if there is no such hub. */
export async function findOrigins(
  tx: Transaction,
  hub: Pick<HubReference, 'id' | 'host'>,
): Promise<string[] | undefined> {
  const [row] = await tx.read<Pick<EntryRow, 'origins'>>(
    `SELECT ${hubColumns.list} FROM hubs h WHERE h.id = ${hub.id === undefined ? hostHub : '?'}`,
    [referenceOf(hub)],
  );
  return row && hubColumns.decode(row).origins;
}
