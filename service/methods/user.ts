import { privilegeToGrant } from '../../db/access/members.ts';
import { findUser, saveMember } from '../../db/rows/identity/members.ts';
import { endSessions, listSessions } from '../../db/rows/identity/sessions.ts';
import {
  findLogin,
  findUserByIdentity,
  insertUser,
  isEmailTaken,
  listUserHubs,
  saveIdentity,
  updateUser,
} from '../../db/rows/identity/users.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Handlers } from '../core/call.ts';
import { hashPassword, isPassword } from '../core/passwords.ts';
import { presentCard } from '../present/message.ts';

const defaultPrivilege = 7;

export const user: Handlers<'user'> = {
  async create(call) {
    const { tx, hub, caller, input, issuer, fail, now } = call;
    const privilege = input.privilege ?? defaultPrivilege;
    const joins = caller.kind === 'operator' ? null : hub;
    if (joins) privilegeToGrant(call, privilege, 'privilege');
    if (input.email !== undefined && (await isEmailTaken(tx, input.email)))
      fail('EMAIL_TAKEN', 'email: belongs to another user');
    const external =
      input.external_id === undefined
        ? undefined
        : { issuer: issuer ?? '', subject: input.external_id };
    if (external && external.issuer === '')
      fail('INVALID_INPUT', 'external_id: no external issuer is configured');
    if (external && (await findUserByIdentity(tx, external.issuer, external.subject)))
      fail('INVALID_INPUT', 'external_id: belongs to another user');
    // Slow on purpose: before anything is locked.
    const secretHash =
      input.password === undefined ? undefined : await hashPassword(input.password);
    const id = newId();
    await insertUser(tx, {
      id,
      email: input.email ?? null,
      firstname: input.firstname,
      lastname: input.lastname,
      createdMs: now,
    });
    if (secretHash !== undefined)
      await saveIdentity(tx, { issuer: 'password', subject: id, userId: id, secretHash });
    if (external) await saveIdentity(tx, { ...external, userId: id });
    if (joins) await saveMember(joins, id, privilege, now);
    return { user_id: id };
  },

  async update({ tx, user, caller, origin, input, limits, revoke, fail, now }) {
    const { email, firstname, lastname, password, picture_url: pictureUrl } = input;
    const login = await findLogin(tx, { id: user.id });
    if (!login) return fail('NOT_AUTHENTICATED');
    const isProtected = password !== undefined || email !== undefined;
    // Else a hub's key could take over, or rename, for all other hubs, whoever is a member.
    if (
      caller.hubId !== null &&
      (isProtected || (await listUserHubs(tx, user.id, null)).length > 1)
    ) {
      fail('PERMISSION_DENIED', 'token: good for one hub only, but this counts in all of them');
    }
    if (isProtected && login.passwordHash !== null) {
      await limits.beforeLogin(user.id, origin.address);
      if (!(await isPassword(login.passwordHash, input.current_password ?? ''))) {
        await limits.failedLogin(user.id, origin.address);
        fail('PERMISSION_DENIED', 'current_password: missing or wrong');
      }
    }
    if (email !== undefined && (await isEmailTaken(tx, email, user.id)))
      fail('EMAIL_TAKEN', 'email: belongs to another user');
    await updateUser(tx, user.id, {
      ...(email === undefined ? {} : { email }),
      ...(firstname === undefined ? {} : { firstname }),
      ...(lastname === undefined ? {} : { lastname }),
      ...(pictureUrl === undefined ? {} : { pictureUrl }),
    });
    if (password !== undefined) {
      await saveIdentity(tx, {
        issuer: 'password',
        subject: user.id,
        userId: user.id,
        secretHash: await hashPassword(password),
      });
      const others = (await listSessions(tx, user.id, null, now))
        .map((row) => row.id)
        .filter((id) => id !== caller.sessionId);
      await endSessions(tx, user.id, others);
      revoke({ sessionIds: others });
    }
    const found = (await findUser(tx, user.id)) ?? fail('NOT_AUTHENTICATED');
    return { ...presentCard(found), email: found.email, picture_url: found.pictureUrl };
  },
};
