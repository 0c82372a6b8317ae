import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { upload } from '../../support/files.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';

/** Uploads a file of that many bytes; returns how to send it. */
async function sending(member: Member, entity_id: string, bytes: number) {
  const { nid } = await upload(member, 'a.txt', 'x'.repeat(bytes));
  return (params: object = {}) => member.chat.post({ entity_id, attachment: [nid], ...params });
}

describe('Storage for sent files', () => {
  it('of a user is limited; deleting for everyone gives it back', async () => {
    await using app = await ownApp({ LIMIT_STORAGE_USER: '100' });
    const { members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const sent = await (await sending(alice, bob.id, 60))({ echoId: 'first' });
    const further = await sending(alice, bob.id, 50);
    const { details } = await refused(further(), 'TOO_LARGE');
    expect(details).to.deep.equal([
      'attachment: your sent files have 60 bytes of at most 100, and these have 50',
    ]);
    expect(await alice.chat.messages({ entity_id: bob.id })).to.have.lengthOf(1);
    // What fits, others’ files, text and copies are not concerned.
    await (await sending(alice, bob.id, 40))();
    await (await sending(bob, alice.id, 100))();
    await alice.chat.post({ entity_id: bob.id, message: 'No file' });
    const nodes = { messages: [sent.message_id] };
    const [copy] = await alice.chat.forward({ entities: [bob.id], nodes });
    await bob.chat.delete({ option: 'me', messages: [sent.message_id] });
    await alice.chat.delete({ option: 'all', messages: [sent.message_id] });
    // The copy still has the file.
    await refused(further(), 'TOO_LARGE');
    await alice.chat.delete({ option: 'all', messages: [copy?.message_id ?? ''] });
    await further();
  });

  it('of posts that arrive together is not exceeded', async () => {
    await using app = await ownApp({ LIMIT_STORAGE_USER: '100' });
    const { members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const posts = [];
    for (let files = 0; files < 5; files++) posts.push(await sending(alice, bob.id, 40));
    const outcomes = await Promise.allSettled(posts.map((post) => post()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.lengthOf(2);
  });

  it('of a hub is limited, and shown to its admins only', async () => {
    await using app = await ownApp({ LIMIT_STORAGE_HUB: '100' });
    const { members, operator } = await newHub({ alice: 7, bob: 7, admin: 31 }, app);
    const { alice, bob, admin } = members;
    await (await sending(alice, bob.id, 60))();
    const further = await sending(bob, alice.id, 50);
    const { details } = await refused(further(), 'TOO_LARGE');
    expect(details).to.deep.equal([
      'attachment: the sent files of the hub have 60 bytes of at most 100, and these have 50',
    ]);
    for (const client of [admin, operator])
      expect((await client.hub.info({})).storage).to.deep.equal({ used: 60, limit: 100 });
    expect(await alice.hub.info({})).not.to.have.property('storage');
    const { members: others } = await newHub({ carol: 7, dave: 7 }, app);
    await (await sending(others.carol, others.dave.id, 100))();
  });

  it('is unlimited unless configured', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31 });
    const { alice, bob, admin } = members;
    await (await sending(alice, bob.id, 1000))();
    expect((await admin.hub.info({})).storage).to.deep.equal({ used: 1000, limit: null });
  });
});
