import { expect } from 'chai';
import { newHub } from '../../support/hub.ts';

describe('The number of members', () => {
  it('counts who is added, comes back or leaves, and nobody twice', async () => {
    const { operator, members } = await newHub({ owner: 63, bob: 7 });
    const other = (await newHub({ carol: 7 })).members.carol;
    const count = async () => (await operator.hub.info()).member_count;
    expect(await count()).to.equal(2);
    const added = await Promise.all(
      [1, 2, 3].map(() => operator.hub.add_member({ user_id: other.id })),
    );
    expect(added).to.have.length(3);
    expect(await count()).to.equal(3);
    await members.owner.hub.set_privilege({ user_id: members.bob.id, privilege: 3 });
    expect(await count()).to.equal(3);
    await members.owner.hub.remove_member({ user_id: members.bob.id });
    expect(await count()).to.equal(2);
    await members.owner.hub.add_member({ user_id: members.bob.id });
    expect(await count()).to.equal(3);
    await members.owner.user.create({ firstname: 'New', lastname: 'One' });
    expect(await count()).to.equal(4);
    expect((await operator.hub.members()).length).to.equal(4);
  });
});
