import { createHash, timingSafeEqual } from 'node:crypto';
import { heldGrants, privileges } from '../../../acl/language/permission.ts';
import { inHub, type Transaction } from '../../../db/connection/transaction.ts';
import { findUser, saveMember } from '../../../db/rows/identity/members.ts';
import {
  endSessions,
  findEntry,
  findKey,
  hashOf,
  insertSession,
  listAppKeys,
  listSessions,
} from '../../../db/rows/identity/sessions.ts';
import {
  findIdentity,
  findLogin,
  insertIdentity,
  insertUser,
  listUserHubs,
} from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import { newSessionToken } from '../../core/auth.ts';
import type { Handlers } from '../../core/call.ts';
import { hashPassword, isPassword } from '../../core/passwords.ts';
import { presentCard, toSeconds } from '../../present/message.ts';

const day = 86_400;
/** Of an application's user who sends no heartbeat. */
const appMinutes = 20;
const month = 30 * day;

export const session: Handlers<'session'> = {
  async login({ tx, input, origin, limits, fail, now }) {
    await limits.beforeLogin(input.email, origin.address);
    const login = await findLogin(tx, { email: input.email });
    const isRight = await isPassword(login?.passwordHash, input.password);
    // Once more: guesses made at once pass the first look together.
    await limits.beforeLogin(input.email, origin.address);
    if (!isRight || !login) {
      await limits.failedLogin(input.email, origin.address);
      return fail('NOT_AUTHENTICATED', 'email: no such account, or another password');
    }
    const entry =
      input.hub_id === undefined ? null : await findEntry(tx, login.id, { id: input.hub_id }, null);
    if (input.hub_id !== undefined && !entry?.privilege)
      fail('PERMISSION_DENIED', 'hub_id: names no hub of yours');
    const made = await makeSession(tx, {
      kind: 'password',
      userId: login.id,
      hubId: input.hub_id ?? null,
      cap: 63,
      ttl: month,
      userAgent: origin.userAgent,
      now,
    });
    return { ...made, user: presentCard(login) };
  },

  async logout({ tx, caller, revoke }) {
    if (caller.sessionId) {
      await endSessions(tx, caller.userId ?? '', [caller.sessionId]);
      revoke({ sessionIds: [caller.sessionId] });
    }
    return { ok: 1 };
  },

  async whoami({ tx, user, caller, fail }) {
    const found = (await findUser(tx, user.id)) ?? fail('NOT_AUTHENTICATED');
    const hubs = await listUserHubs(tx, user.id, caller.hubId);
    return {
      user: { ...presentCard(found), email: found.email, picture_url: found.pictureUrl },
      hubs: hubs.map((hub) => {
        const privilege = hub.privilege & caller.cap;
        return {
          hub_id: hub.hubId,
          name: hub.name,
          privilege,
          grants: heldGrants(caller.grants, privilege),
        };
      }),
    };
  },

  async list({ tx, user, caller, now }) {
    const rows = await listSessions(tx, user.id, caller.hubId, now);
    return rows.map((row) => ({
      session_id: row.id,
      kind: row.kind,
      hub_id: row.hubId,
      user_agent: row.userAgent,
      ctime: toSeconds(row.createdMs),
      expires: toSeconds(row.expiresMs),
      is_current: row.id === caller.sessionId ? 1 : 0,
    }));
  },

  async revoke({ tx, user, caller, input, revoke, fail, now }) {
    const mine = (await listSessions(tx, user.id, caller.hubId, now)).map((row) => row.id);
    const ended =
      input.session_id === undefined
        ? mine.filter((id) => id !== caller.sessionId)
        : mine.filter((id) => id === input.session_id);
    if (input.session_id !== undefined && ended.length === 0)
      fail('SESSION_NOT_FOUND', 'session_id: names no session of yours');
    await endSessions(tx, user.id, ended);
    revoke({ sessionIds: ended });
    return { revoked: ended.length };
  },

  async app_login({ tx, input, origin, seal, limits, fail, now }) {
    const { hub_id: hubId, kind, external_id: externalId, password } = input;
    const keys = await listAppKeys(tx, hubId);
    const key = keys.find((one) => {
      const secret = seal.decrypt(one.appSecret);
      return secret !== undefined && isSameSecret(secret, input.app_secret);
    });
    if (!key)
      return fail('NOT_AUTHENTICATED', 'app_secret: no such application, or another secret');
    const subject = hashOf(`${kind}\n${externalId}`);
    // By hub and address too: nobody shuts out whom he knows by name.
    const account = `${hubId} ${subject} ${origin.address}`;
    await limits.beforeLogin(account, origin.address);
    const issuer = `braincloud:${hubId}`;
    const known = await findIdentity(tx, issuer, subject);
    const isWrong =
      known && kind === 'universal' && !(await isPassword(known.secretHash, password));
    if (isWrong) {
      await limits.failedLogin(account, origin.address);
      return fail('NOT_AUTHENTICATED', 'password: another one');
    }
    if (known && input.user_id !== undefined && known.userId !== input.user_id)
      fail('IDENTITY_MISMATCH', 'user_id: is not whom the id belongs to');
    // Who once was somebody here must not become another because his device forgot who.
    if (!known && (input.create === 0 || input.user_id !== undefined))
      fail('IDENTITY_NOT_FOUND', 'external_id: nobody is known by it');
    const userId = known?.userId ?? newId();
    if (!known) {
      const secretHash = kind === 'universal' ? await hashPassword(password) : null;
      // Two at once: the second fails here, and finds the first one's user when it is done anew.
      await insertIdentity(tx, { issuer, subject, userId, secretHash });
      await insertUser(tx, {
        id: userId,
        email: null,
        firstname: '',
        lastname: '',
        createdMs: now,
      });
      await saveMember(inHub(tx, hubId), userId, privileges.member, now);
    } else if (!(await findEntry(tx, userId, { id: hubId }, null))?.privilege) {
      fail('PERMISSION_DENIED', 'external_id: belongs to nobody who is in the hub');
    }
    const made = await makeSession(tx, {
      ...{ kind: 'app', userId, hubId, cap: key.permission, ttl: appMinutes * 60, keyId: key.id },
      ...{ userAgent: origin.userAgent, now },
    });
    return { ...made, user_id: userId, is_new: known ? 0 : 1 };
  },

  async exchange({ tx, input, origin, limits, fail, now }) {
    const { client_id: clientId, client_secret: secret } = input;
    // By address too: who knows no more than a client's id, which is no secret, must not shut it out.
    const account = `${clientId} ${origin.address}`;
    await limits.beforeLogin(account, origin.address);
    const key = await findKey(tx, secret, 'oauth', 'braincloud');
    if (key?.id !== clientId) {
      await limits.failedLogin(account, origin.address);
      return fail('NOT_AUTHENTICATED', 'client_id: no such client, or another secret');
    }
    const made = await makeSession(tx, {
      kind: 'client',
      userId: key.userId ?? '',
      hubId: key.hubId,
      cap: key.permission,
      ttl: day,
      keyId: key.id,
      userAgent: origin.userAgent,
      now,
    });
    return { ...made, hub_id: key.hubId };
  },

  async issue({ tx, hub, user, input, caller, origin, fail, now }) {
    const hubId = caller.kind === 'key' ? caller.hubId : (input.hub_id ?? null);
    const entry =
      hubId !== null && hub?.id === hubId
        ? await findEntry(tx, input.user_id, { id: hubId }, null)
        : null;
    const isKnown =
      hubId === null
        ? (await findUser(tx, input.user_id)) !== undefined
        : Boolean(entry?.privilege);
    if (!isKnown) fail('INVALID_CONTACT', 'user_id: names no member of the hub');
    return makeSession(tx, {
      ...input,
      kind: 'issued',
      userId: input.user_id,
      hubId,
      // A key that acts as a member has no more bits than he has by now.
      cap: caller.kind === 'key' ? user.privilege : caller.cap,
      keyId: caller.keyId,
      userAgent: origin.userAgent,
      now,
    });
  },
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

interface NewSession {
  kind: 'password' | 'issued' | 'client' | 'app';
  userId: string;
  hubId: string | null;
  cap: number;
  /** Seconds. */
  ttl: number;
  grants?: string[] | undefined;
  keyId?: string | null;
  userAgent: string;
  now: number;
}

async function makeSession(
  tx: Transaction,
  wanted: NewSession,
): Promise<{ token: string; expires: number }> {
  const { kind, userId, hubId, cap, ttl, grants = null, keyId = null, userAgent, now } = wanted;
  const token = newSessionToken();
  const expiresMs = now + ttl * 1000;
  await insertSession(tx, {
    id: newId(),
    token,
    kind,
    userId,
    hubId,
    privilegeCap: cap,
    grants,
    keyId,
    userAgent: userAgent.slice(0, 255),
    createdMs: now,
    expiresMs,
  });
  return { token, expires: toSeconds(expiresMs) };
}
