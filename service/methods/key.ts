import type { Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import { keyOfCall, keyToMake, keyToRevoke } from '../../db/access/keys.ts';
import { memberToManage, privilegeToGrant } from '../../db/access/members.ts';
import { listMadeMembers } from '../../db/reading/identity/made.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { insertKey, listKeys } from '../../db/rows/identity/keys.ts';
import { newId } from '../../db/rows/ids.ts';
import { endKeyAndMade } from '../actions/identity/end-keys.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentKey, presentMaker } from '../present/key.ts';
import { newAppSecret, newKeyToken } from '../secrets/tokens.ts';

/** Members whom a revoked key has made, as its reply lists them. */
const maxMadeMembers = 1000;

export const key: Handlers<'key'> = {
  async create(call) {
    const { hub, input, emit } = call;
    privilegeToGrant(call, input.permission, 'permission');
    await keyToMake(call, input);
    if (input.user_id !== undefined) await memberToManage(call, input.user_id);
    const { created, madeBy } = await insertNewKey(call);
    if (input.user_id !== undefined) {
      const data = { key_id: created.key_id, name: input.name, made_by: madeBy };
      await emit({ name: 'key.create', targets: [input.user_id], data });
    }
    const { key_id: id, key: token, app_secret: appSecret } = created;
    if (input.kind === 'oauth') return { ...created, client_id: id, client_secret: token };
    if (appSecret === undefined) return created;
    return { ...created, app_id: hub.id, server_name: id, server_secret: token };
  },

  async revoke(call) {
    const { hub, input, revoke, now } = call;
    const key = await keyToRevoke(call, input.key_id);
    const sessionIds = await endKeyAndMade(hub, key, now);
    const userIds = await listMadeMembers(hub, key, maxMadeMembers);
    revoke({ hubId: hub.id, sessionIds });
    return { ok: 1, user_ids: userIds };
  },

  async list({ hub }) {
    return (await listKeys(hub)).map(presentKey);
  },
};

/** Inserts the key; returns what the reply shows of it, and who made it. */
async function insertNewKey(call: Call<Spec<'key.create'>>) {
  const { hub, user, input, seal, now } = call;
  const id = newId();
  const token = newKeyToken(input.kind);
  const appSecret = input.kind === 'braincloud' ? newAppSecret() : undefined;
  const maker = { createdBy: user.id || null, madeByKey: await keyOfCall(call) };
  await insertKey(hub, {
    id,
    kind: input.kind,
    name: input.name,
    permission: input.permission,
    secretHash: hashOf(token),
    appSecret: appSecret === undefined ? null : seal.encrypt(appSecret),
    userId: input.user_id ?? null,
    ...maker,
    makerPrivilege: user.privilege,
    createdMs: now,
  });
  const created = { key_id: id, key: token, ...defined({ app_secret: appSecret }) };
  return { created, madeBy: presentMaker(maker) };
}
