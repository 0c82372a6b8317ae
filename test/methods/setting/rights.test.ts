import { expect } from 'chai';
import type { Grant } from '../../../acl/language/permission.ts';
import { createClient } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { platform } from '../../support/caller.ts';
import { newHub, refused } from '../../support/hub.ts';

describe('The settings of another member', () => {
  /** A client of an admin whose token holds only these permissions. */
  async function narrowed(hubId: string, userId: string, ...grants: Grant[]) {
    const { url } = app();
    const { token } = await platform(url).session.issue({ user_id: userId, hub_id: hubId, grants });
    return createClient({ url, token, hubId });
  }

  it('are closed to an admin’s narrowed token without a permission for settings', async () => {
    const { id, members } = await newHub({ admin: 31, bob: 7 });
    const { admin, bob } = members;
    const chatting = await narrowed(id, admin.id, 'chat:chat:access');
    await refused(chatting.setting.get_user({ user_id: bob.id }), 'PERMISSION_DENIED');
    await refused(chatting.setting.patch_user({ user_id: bob.id, muted: 1 }), 'PERMISSION_DENIED');
    await refused(chatting.setting.reset_user({ user_id: bob.id }), 'PERMISSION_DENIED');
    expect(await bob.setting.get_user()).to.include({ muted: 0 });
    expect(await chatting.setting.patch_user({ muted: 1 }), 'their own').to.include({ muted: 1 });
  });

  it('are open to a token with such a permission, to view or to edit', async () => {
    const { id, members } = await newHub({ admin: 31, bob: 7 });
    const { admin, bob } = members;
    const looking = await narrowed(id, admin.id, 'chat:usersettings:view');
    expect(await looking.setting.get_user({ user_id: bob.id })).to.include({ user_id: bob.id });
    await refused(looking.setting.patch_user({ user_id: bob.id, muted: 1 }), 'PERMISSION_DENIED');
    const changing = await narrowed(id, admin.id, 'chat:usersettings:edit');
    expect(await changing.setting.patch_user({ user_id: bob.id, muted: 1 })).to.include({
      muted: 1,
    });
  });
});
