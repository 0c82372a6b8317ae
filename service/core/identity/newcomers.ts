import { ServiceError } from '../../../acl/language/errors.ts';
import { email, name, url } from '../../../acl/language/fields.ts';
import { maxPersonNameLength } from '../../../acl/language/limits.ts';
import { privileges } from '../../../acl/language/permission.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { type Hub, inHub, transact } from '../../../db/connection/transaction.ts';
import { isHub } from '../../../db/rows/hubs/hubs.ts';
import { findMemberByExternalId, insertMember } from '../../../db/rows/identity/members.ts';
import { findUserIdByEmail, insertUser } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { JwtReader, JwtSubject } from './jwt.ts';

/** A valid JWT is about somebody who has no user yet, and may be made one. */
export class UnknownSubject extends ServiceError {
  constructor() {
    super('NOT_AUTHENTICATED', ['token: unknown']);
  }
}

/** Makes users of the subjects of JWTs that nobody knows. */
export interface Newcomers {
  /**
   * Makes the subject of a JWT a member of the hub that the JWT is for. Fails with RATE_LIMITED
   * when too many have come from the address, and with NOT_AUTHENTICATED.
   */
  admit(token: string, address: string): Promise<void>;
}

interface NewcomersDependencies {
  pool: Pool;
  jwts: JwtReader;
  limits: Pick<Limits, 'countNewcomer'>;
  /** Unix milliseconds. */
  clock: () => number;
}

export function createNewcomers({ pool, jwts, limits, clock }: NewcomersDependencies): Newcomers {
  /** By subject: a page makes several calls at once. */
  const running = new Map<string, Promise<void>>();

  async function join({ sub, hubId, payload }: JwtSubject, address: string): Promise<void> {
    let isCounted = false;
    await transact(
      pool,
      async (tx) => {
        const hub = inHub(tx, hubId ?? '');
        // A former member is one who was removed, and is not made again.
        if (await findMemberByExternalId(hub, sub)) return;
        if (!(await isHub(hub))) throw new UnknownSubject();
        if (!isCounted) await limits.countNewcomer(address);
        isCounted = true;
        await insertNewcomer(hub, sub, payload, clock());
      },
      'lookup',
    );
  }

  return {
    async admit(token, address) {
      const subject = await jwts.readSubject(token, clock());
      if (typeof subject === 'string' || subject.hubId === null) throw new UnknownSubject();
      const { sub } = subject;
      const joining = running.get(sub) ?? join(subject, address).finally(() => running.delete(sub));
      running.set(sub, joining);
      await joining;
    },
  };
}

/**
 * Inserts a user with the name, picture and address that the claims say, and the privilege of a
 * member, whatever they say. The address must be verified, and joins nobody: where it is taken, the
 * user has none.
 */
async function insertNewcomer(
  hub: Hub,
  externalId: string,
  claims: JwtSubject['payload'],
  now: number,
): Promise<void> {
  const id = newId();
  const names = namesIn(claims);
  const address = claims.email_verified === true ? valueIn(email, claims.email) : undefined;
  const isFree = address !== undefined && !(await findUserIdByEmail(hub, address));
  await insertUser(hub, {
    id,
    email: isFree ? address : null,
    ...names,
    pictureUrl: valueIn(url, claims.picture) ?? null,
    createdMs: now,
  });
  const given = { userId: id, ...names, privilege: privileges.member, externalId };
  await insertMember(hub, given, now);
}

/** The claims that name a person, with the best first. */
function namesIn(claims: JwtSubject['payload']): { firstname: string; lastname: string } {
  const { given_name: given, family_name: family } = claims;
  const firstname = nameIn(given);
  if (firstname !== '') return { firstname, lastname: nameIn(family) };
  const whole = [claims.name, claims.nickname, claims.preferred_username, family].map(nameIn);
  return { firstname: whole.find((one) => one !== '') ?? '', lastname: '' };
}

const personName = name(0, maxPersonNameLength);

/** Returns a claim as a name, cut to the length of one; empty if it cannot be one. */
const nameIn = (claim: unknown): string =>
  typeof claim === 'string'
    ? (valueIn(personName, [...claim.trim()].slice(0, maxPersonNameLength).join('')) ?? '')
    : '';

interface Field {
  safeParse(value: unknown): { success: boolean; data?: string | undefined };
}
const valueIn = (field: Field, value: unknown): string | undefined => field.safeParse(value).data;
