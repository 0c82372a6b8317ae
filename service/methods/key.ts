import { memberToManage, privilegeToGrant } from '../../db/access/members.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { insertKey, listKeys, revokeKey } from '../../db/rows/identity/keys.ts';
import { deleteKeySessions } from '../../db/rows/identity/sessions.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Handlers } from '../core/call.ts';
import { presentKey } from '../present/key.ts';
import { newAppSecret, newKeyToken } from '../secrets/tokens.ts';

export const key: Handlers<'key'> = {
  async create(call) {
    const { hub, user, input, seal, now } = call;
    privilegeToGrant(call, input.permission, 'permission');
    if (input.user_id !== undefined) await memberToManage(call, input.user_id);
    const id = newId();
    const token = newKeyToken(input.kind);
    const appSecret = input.kind === 'braincloud' ? newAppSecret() : null;
    await insertKey(hub, {
      id,
      kind: input.kind,
      name: input.name,
      permission: input.permission,
      secretHash: hashOf(token),
      appSecret: appSecret && seal.encrypt(appSecret),
      userId: input.user_id ?? null,
      createdBy: user.id || null,
      createdMs: now,
    });
    const created = { key_id: id, key: token };
    if (input.kind === 'oauth') return { ...created, client_id: id, client_secret: token };
    if (appSecret === null) return created;
    const app = { app_id: hub.id, app_secret: appSecret };
    return { ...created, ...app, server_name: id, server_secret: token };
  },

  async revoke({ hub, input, revoke, fail, now }) {
    if (!(await revokeKey(hub, input.key_id, now)))
      fail('KEY_NOT_FOUND', 'key_id: is not a key of this hub that can still be used');
    const sessionIds = await deleteKeySessions(hub, input.key_id);
    revoke({ hubId: hub.id, sessionIds: [...sessionIds, input.key_id] });
    return { ok: 1 };
  },

  async list({ hub }) {
    return (await listKeys(hub)).map(presentKey);
  },
};
