import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('contact.list', () => {
  it('returns the other members by id, with the caller’s blocks', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 3, left: 7 });
    const { alice, bob, carol, left } = members;
    await newHub({ stranger: 7 });
    await operator.hub.remove_member({ user_id: left.id });
    await alice.contact.block({ entity_id: bob.id });
    const rows = await alice.contact.list();
    expect(rows.map((row) => [row.entity_id, row.is_blocked])).to.deep.equal(
      [
        [bob.id, 1],
        [carol.id, 0],
      ].sort(),
    );
    expect(rows.find((row) => row.id === bob.id)).to.deep.include({
      id: bob.id,
      firstname: 'bob',
      lastname: 'Test',
      surname: 'bob Test',
    });
    expect((await bob.contact.list()).map((row) => row.is_blocked)).to.deep.equal([0, 0]);
  });

  it('continues after the cursor of a row without a gap, whatever the caller’s place', async () => {
    const hub = await newHub({ m1: 7, m2: 7, m3: 7, m4: 7, m5: 7 });
    const all = Object.values(hub.members);
    for (const me of all) {
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const rows = await me.contact.list({ limit: 2, ...(after === undefined ? {} : { after }) });
        seen.push(...rows.map((row) => row.entity_id));
        after = rows.at(-1)?.cursor;
        if (rows.length < 2) break;
      }
      expect(seen).to.deep.equal(
        all
          .map((member) => member.id)
          .filter((id) => id !== me.id)
          .sort(),
      );
    }
  });

  it('matches a part of the name, ignoring case', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, barbara: 7 });
    expect(
      (await members.alice.contact.list({ key: 'B T' })).map((row) => row.firstname),
    ).to.deep.equal(['bob']);
    expect(await members.alice.contact.list({ key: 'alice' })).to.deep.equal([]);
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).contact.list(), 'PERMISSION_DENIED');
    expect((await raw('contact.list', { hubId: id, verb: 'GET' })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'contact.list', [
      ['limit', { limit: 0 }],
      ['limit', { limit: 1001 }],
      ['after', { after: 'with space' }],
      ['key', { key: ['a'] }],
      ['page', { page: 2 }],
    ]);
  });
});
