import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';

describe('A key that acts as no member', () => {
  async function keyed(permission: number) {
    const hub = await newHub({ bob: 7, cat: 7 });
    const { bob, cat } = hub.members;
    const room = await newRoom(bob, cat);
    const { message_id } = await bob.chat.post({ entity_id: room, message: 'the secret' });
    const { key } = await hub.operator.key.create({ name: 'Key', permission });
    const { channel } = createClient({ url: app().url, token: key, hubId: hub.id });
    return { bob, channel, channel_id: `${hub.id}:gr:${room}`, message_id, hub };
  }

  it('is not the system below admin: it reads, lists, posts and changes nothing', async () => {
    for (const permission of [6, 15]) {
      const { bob, channel, channel_id, message_id, hub } = await keyed(permission);
      const about = { channel_id, message_id };
      await refused(channel.list({}), 'PERMISSION_DENIED');
      await refused(channel.recent({ channel_id }), 'PERMISSION_DENIED');
      await refused(channel.get_message(about), 'PERMISSION_DENIED');
      await refused(channel.post_simple({ channel_id, text: 'forged' }), 'PERMISSION_DENIED');
      await refused(
        channel.update_message({ ...about, content: { text: 'forged' } }),
        'PERMISSION_DENIED',
      );
      await refused(channel.delete_message(about), 'PERMISSION_DENIED');
      await hub.operator.channel.create({ type: 'gl', sub_id: 'open' });
      await refused(
        channel.post_simple({ channel_id: `${hub.id}:gl:open`, text: 'hi' }),
        'PERMISSION_DENIED',
      );
      const [message] = await bob.chat.get({ message_ids: [message_id] });
      expect(message?.message).to.equal('the secret');
    }
  });

  it('is the system with the admin bit', async () => {
    const { bob, channel, channel_id } = await keyed(31);
    const [, , entity_id = ''] = channel_id.split(':');
    await refused(channel.recent({ channel_id }), 'PERMISSION_DENIED');
    await bob.room.update({ entity_id, system_access: 1 });
    await bob.chat.post({ entity_id, message: 'for the system too' });
    expect((await channel.recent({ channel_id })).map(({ message }) => message)).to.deep.equal([
      'for the system too',
    ]);
  });

  it('has its own channels, which no admin member creates or sees', async () => {
    const hub = await newHub({ admin: 31 });
    const { admin } = hub.members;
    const made = await hub.operator.channel.create({ type: 'sy', sub_id: 'ops' });
    await refused(admin.channel.create({ type: 'sy', sub_id: 'ops' }), 'PERMISSION_DENIED');
    await refused(admin.room.info({ entity_id: made.entity_id }), 'ROOM_NOT_FOUND');
  });
});
