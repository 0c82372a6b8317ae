import { expect } from 'chai';
import { CallError, createClient } from '../../client/index.ts';
import { newId } from '../../db/rows/ids.ts';
import { app } from '../support/app.ts';
import { clientOf, newEmail, newLogin, platform } from '../support/caller.ts';
import { type Member, memberOf, newHub, refused } from '../support/hub.ts';
import { inOrder } from '../support/locked.ts';

const rowOf = {
  hub: (id: string) => ['SELECT 1 FROM hubs WHERE id = ? FOR UPDATE', [id]] as const,
  user: (id: string) => ['SELECT 1 FROM users WHERE id = ? FOR UPDATE', [id]] as const,
  member: (id: string) => ['SELECT 1 FROM members WHERE user_id = ? FOR UPDATE', [id]] as const,
  key: (id: string) => ['SELECT 1 FROM `keys` WHERE id = ? FOR UPDATE', [id]] as const,
  /** Another user with this address, whose insertion has not ended. */
  email: (email: string) =>
    [
      `INSERT INTO users (id, email, firstname, lastname, created_ms) VALUES (?, ?, '', '', 0)`,
      [newId(), email],
    ] as const,
};

const visitor = () => createClient({ url: app().url });

const endings = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.map((one) =>
    one.status === 'fulfilled' ? 'ok' : one.reason instanceof CallError && one.reason.code,
  );

const acting = (user_id: string, permission = 31) => ({ name: 'Bot', permission, user_id });
const plain = { name: 'App', permission: 31 };

describe('A call that publishes nothing', () => {
  for (const end of ['remove_member', 'set_privilege'] as const)
    it(`makes no member once its admin has lost the right by hub.${end}`, async () => {
      const { members, operator } = await newHub({ owner: 63, admin: 31 });
      const { owner, admin } = members;
      const email = newEmail();
      const outcomes = await inOrder(
        rowOf.email(email),
        () => admin.user.create({ firstname: 'Late', email, privilege: 31 }),
        () =>
          end === 'remove_member'
            ? owner.hub.remove_member({ user_id: admin.id })
            : owner.hub.set_privilege({ user_id: admin.id, privilege: 15 }),
      );
      expect(endings(outcomes)).to.deep.equal(['PERMISSION_DENIED', 'ok']);
      expect((await operator.hub.members()).map((row) => row.firstname)).to.not.include('Late');
    });

  it('makes a member for an admin whose right stays, though others changed meanwhile', async () => {
    const { members, operator } = await newHub({ owner: 63, admin: 31, alice: 7 });
    const { owner, admin, alice } = members;
    const email = newEmail();
    const outcomes = await inOrder(
      rowOf.email(email),
      () => admin.user.create({ firstname: 'Wanted', email }),
      () => owner.hub.set_privilege({ user_id: alice.id, privilege: 3 }),
    );
    expect(endings(outcomes)).to.deep.equal(['ok', 'ok']);
    expect((await operator.hub.members()).map((row) => row.firstname)).to.include('Wanted');
  });

  it('makes no member with a session or key that has been revoked', async () => {
    const { members, operator, id } = await newHub({ owner: 63, admin: 31 });
    const { owner, admin } = members;
    const stolen = await memberOf(app(), admin.id, id);
    const { key, key_id } = await owner.key.create(plain);
    const ends = [
      { by: stolen, revoke: () => admin.session.revoke({}) },
      { by: clientOf(key, id), revoke: () => owner.key.revoke({ key_id }) },
    ];
    for (const { by, revoke } of ends) {
      const email = newEmail();
      const outcomes = await inOrder(
        rowOf.email(email),
        () => by.user.create({ firstname: 'Late', email }),
        revoke,
      );
      expect(endings(outcomes)).to.deep.equal(['NOT_AUTHENTICATED', 'ok']);
    }
    expect((await operator.hub.members()).map((row) => row.firstname)).to.not.include('Late');
  });

  it('neither renames the hub nor revokes a key for an admin who has been removed', async () => {
    const { members, operator, id } = await newHub({ owner: 63, admin: 31, other: 31 });
    const { owner, admin, other } = members;
    const { name } = await owner.hub.info();
    const renaming = await inOrder(
      rowOf.hub(id),
      () => owner.hub.remove_member({ user_id: admin.id }),
      () => admin.hub.update({ name: 'Taken' }),
    );
    expect(endings(renaming)).to.deep.equal(['ok', 'PERMISSION_DENIED']);
    expect((await owner.hub.info()).name).to.equal(name);
    const { key, key_id } = await owner.key.create({ ...plain, permission: 7 });
    const revoking = await inOrder(
      rowOf.key(key_id),
      () => other.key.revoke({ key_id }),
      () => owner.hub.remove_member({ user_id: other.id }),
    );
    expect(endings(revoking)).to.deep.equal(['PERMISSION_DENIED', 'ok']);
    expect(await clientOf(key, id).hub.info()).to.include({ hub_id: id });
    expect((await operator.key.list()).map((row) => row.is_revoked)).to.deep.equal([0]);
  });

  it('changes nothing of a user whose other session has ended the caller’s', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const { session_id: named } = (await alice.session.list())[0] as { session_id: string };
    const attempts = [
      (stolen: Member) => stolen.user.update({ firstname: 'Taken' }),
      (stolen: Member) => stolen.session.revoke({}),
      (stolen: Member) => stolen.session.revoke({ session_id: named }),
      (stolen: Member) => stolen.session.logout(),
    ];
    for (const attempt of attempts) {
      const stolen = await memberOf(app(), alice.id, id);
      const outcomes = await inOrder(
        rowOf.user(alice.id),
        () => alice.session.revoke({}),
        () => attempt(stolen),
      );
      expect(endings(outcomes)).to.deep.equal(['ok', 'NOT_AUTHENTICATED']);
    }
    expect((await alice.session.whoami()).user.firstname).to.equal('alice');
  });
});

describe('Keys that are made while their maker loses the right', () => {
  for (const end of ['remove_member', 'set_privilege'] as const)
    it(`end by hub.${end} if made before it, and are not made after it`, async () => {
      for (const isKeyFirst of [true, false]) {
        const { members, operator } = await newHub({ owner: 63, admin: 31 });
        const { owner, admin } = members;
        const user_id = admin.id;
        const make = () => admin.key.create(plain);
        const take = () =>
          end === 'remove_member'
            ? owner.hub.remove_member({ user_id })
            : owner.hub.set_privilege({ user_id, privilege: 7 });
        const outcomes = await inOrder(
          rowOf.member(user_id),
          ...(isKeyFirst ? [make, take] : [take, make]),
        );
        expect(endings(outcomes)).to.deep.equal(
          isKeyFirst ? ['ok', 'ok'] : ['ok', 'PERMISSION_DENIED'],
        );
        const live = (await operator.key.list()).filter((row) => !row.is_revoked);
        expect(live).to.deep.equal([]);
      }
    });

  it('stay if the maker keeps the right', async () => {
    const { members, operator } = await newHub({ owner: 63, admin: 31 });
    const { owner, admin } = members;
    const outcomes = await inOrder(
      rowOf.member(admin.id),
      () => admin.key.create(plain),
      () => owner.hub.set_privilege({ user_id: admin.id, privilege: 63 }),
    );
    expect(endings(outcomes)).to.deep.equal(['ok', 'ok']);
    expect((await operator.key.list()).filter((row) => !row.is_revoked)).to.have.length(1);
  });
});

describe('Keys and sessions that are made while a user changes the password', () => {
  it('end by it if made before it, and are not made after it', async () => {
    for (const isKeyFirst of [true, false]) {
      const { id: userId, email, password } = await newLogin();
      const { operator, id } = await newHub({ owner: 63 });
      await operator.hub.add_member({ user_id: userId, privilege: 31 });
      const { token } = await visitor().session.login({ email, password });
      const stolen = clientOf(token, id);
      const own = await memberOf(app(), userId, id);
      const older = await stolen.key.create(acting(userId));
      const make = () => stolen.key.create(acting(userId));
      const change = () =>
        own.user.update({ password: 'a new password', current_password: password });
      const outcomes = await inOrder(
        rowOf.user(userId),
        ...(isKeyFirst ? [make, change] : [change, make]),
      );
      expect(endings(outcomes)).to.deep.equal(
        isKeyFirst ? ['ok', 'ok'] : ['ok', 'NOT_AUTHENTICATED'],
      );
      const live = (await operator.key.list()).filter((row) => !row.is_revoked);
      expect(live).to.deep.equal([]);
      await refused(clientOf(older.key, id).hub.info(), 'NOT_AUTHENTICATED');
      expect((await own.session.whoami()).user.id).to.equal(userId);
    }
  });

  it('ends a log-in with the old password, whichever comes first', async () => {
    for (const isLoginFirst of [true, false]) {
      const { id: userId, email, password } = await newLogin();
      const { token } = await platform().session.issue({ user_id: userId });
      const own = clientOf(token);
      let late = '';
      const enter = async () => {
        late = (await visitor().session.login({ email, password })).token;
      };
      const change = () =>
        own.user.update({ password: 'a new password', current_password: password });
      const outcomes = await inOrder(
        rowOf.user(userId),
        ...(isLoginFirst ? [enter, change] : [change, enter]),
      );
      expect(endings(outcomes)).to.deep.equal(
        isLoginFirst ? ['ok', 'ok'] : ['ok', 'NOT_AUTHENTICATED'],
      );
      if (isLoginFirst) await refused(clientOf(late).session.whoami(), 'NOT_AUTHENTICATED');
    }
  });
});
