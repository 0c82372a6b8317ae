import { expect } from 'chai';
import type { Client } from '../../../client/index.ts';
import { newApplication } from '../../support/braincloud.ts';
import { clientOf } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { newHub, refused, type TestHub } from '../../support/hub.ts';
import { newServer } from '../../support/s2s.ts';
import { keyOf } from '../channel/support.ts';
import { boxed, send, systemSend, textsOf } from './support.ts';

/** Callers of the system's methods who are neither a member of the conversation nor the app. */
async function others({ operator, members, ...hub }: TestHub<'admin' | 'owner'>) {
  const acting = await operator.key.create({
    ...{ name: 'acting', permission: 31, user_id: members.admin.id },
  });
  const callers: [name: string, client: Client][] = [
    ['an admin', members.admin],
    ['an owner', members.owner],
    ['a key', await keyOf({ operator, ...hub })],
    ['a key that acts as an admin', clientOf(acting.key, hub.id)],
    ['the operator', operator],
  ];
  return callers;
}

describe('Private mail', () => {
  it('is not read by admins, keys or the operator: by id, page, owner or criteria', async () => {
    const hub = await newHub({ admin: 31, owner: 63, alice: 7, bob: 7 });
    const { alice, bob, admin } = hub.members;
    const secret = await send(alice, 'secret', bob);
    const toAdmin = await send(alice, 'to the admin', admin);
    const news = await systemSend(hub.operator, 'news', bob);
    for (const [name, { messaging }] of await others(hub)) {
      const message_ids = [secret, news, toAdmin, 'unknown'];
      const got = await messaging.sys_get({ message_ids });
      expect([got.requested, got.actual, textsOf(got.items)], name).to.deep.equal([4, 1, ['news']]);
      for (const asked of [
        {},
        { owner_id: bob.id },
        { owner_id: admin.id },
        { criteria: { message_id: secret } },
        { criteria: { 'from.id': alice.id } },
        { criteria: { $nor: [{ 'content.text': 'news' }] } },
        { criteria: { 'from.id': { $ne: null } } },
        { sort: { 'content.text': 1 } as const },
      ]) {
        const { items, count } = await messaging.sys_page(asked);
        const texts = items.length === 0 ? [] : ['news'];
        expect([textsOf(items), count], name).to.deep.equal([texts, texts.length]);
      }
    }
    // As receivers they have their own boxes.
    expect(textsOf(await boxed(admin))).to.deep.equal(['to the admin']);
  });

  it('is neither changed nor deleted by them, whatever the version, unnoticed', async () => {
    const hub = await newHub({ admin: 31, owner: 63, alice: 7, bob: 7 });
    const { alice, bob } = hub.members;
    const message_id = await send(alice, 'secret', bob);
    const seq = await position(bob);
    for (const [name, { messaging }] of await others(hub))
      for (const version of [undefined, -1, 1, 2]) {
        const versioned = version === undefined ? {} : { version };
        expect(
          await messaging.sys_update({ message_id, text: 'forged', ...versioned }),
          name,
        ).to.deep.equal({ requested: 1, actual: 0, message_id });
        expect(
          await messaging.sys_delete({ message_ids: [message_id], ...versioned }),
          name,
        ).to.deep.equal({ requested: 1, actual: 0 });
      }
    expect(await position(bob)).to.be.at.most(seq + 1);
    const [item] = await boxed(bob);
    expect(item).to.deep.include({ content: { text: 'secret' }, message_version: 1, version: 1 });
    expect(item?.from.id).to.equal(alice.id);
  });

  it('is read and deleted by the server of a brainCloud app, but not changed', async () => {
    const application = await newApplication({ alice: 7, bob: 7, admin: 31 });
    const { alice, bob, admin } = application.hub.members;
    const msgId = await send(alice, 'secret', bob);
    const server = await newServer(application);
    const get = (operation: string, data: object) => server.get('messaging', operation, data);
    expect(await get('SYS_GET_MESSAGES', { msgIds: [msgId] })).to.include({ actual: 1 });
    const context = {
      pagination: { rowsPerPage: 1, pageNumber: 1 },
      searchCriteria: {},
      sortCriteria: { mbCr: 1 },
    };
    const page = await get('SYS_GET_MESSAGES_PAGE', { context });
    expect(page.results.count).to.equal(2);
    // A context is no right: whoever turns the page sees what they may see.
    const turned = await admin.messaging.sys_page_offset({ context: page.context, offset: 0 });
    expect([turned.count, turned.items]).to.deep.equal([0, []]);
    for (const msgVer of [-1, 1, 2]) {
      const edit = { msgId, msgVer, contentJson: { text: 'forged' } };
      expect(await get('SYS_UPDATE_MESSAGE', edit)).to.deep.equal({
        ...{ requested: 1, actual: 0, msgId },
      });
    }
    expect(textsOf(await boxed(bob))).to.deep.equal(['secret']);
    expect(await get('SYS_DELETE_MESSAGES', { msgIds: [msgId] })).to.include({ actual: 1 });
    expect(await boxed(bob)).to.deep.equal([]);
    await refused(alice.messaging.get({ box: 'sent', message_ids: [msgId] }), 'MESSAGE_NOT_FOUND');
  });

  it('is not read by the client of another kind of key', async () => {
    const hub = await newHub({ alice: 7, bob: 7 });
    const message_id = await send(hub.members.alice, 'secret', hub.members.bob);
    const made = await hub.operator.key.create({ name: 'oauth', permission: 63, kind: 'oauth' });
    const { client_id = '', client_secret = '' } = made;
    const { token } = await hub.operator.session.exchange({ client_id, client_secret });
    const { messaging } = clientOf(token, hub.id);
    expect((await messaging.sys_get({ message_ids: [message_id] })).actual).to.equal(0);
    expect((await messaging.sys_page()).count).to.equal(0);
  });
});
