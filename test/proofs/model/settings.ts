import { expect } from 'chai';
import { dayMs } from '../../support/forward.ts';
import { type Doing, kind } from './command.ts';
import { bits, type Refusal } from './truth.ts';
import { answered } from './world.ts';

/** Messages sent before two of these periods are expired, those before one are not. */
const days = 6;
const retention = 10;

/** Time passes. Unsent uploads are removed first, because they would become stale. */
async function age({ truth, world }: Doing): Promise<void> {
  for (const [nid, user] of truth.staged)
    if (await answered(world.playerOf(user).member.chat.upload_remove({ nid }), null))
      truth.staged.delete(nid);
  world.age(days);
}

/** The hub's retention period is shortened and then extended: expired messages do not return. */
async function expire({ truth, world, me }: Doing): Promise<void> {
  const refusal: Refusal = truth.can(me.id, bits.admin) ? null : 'PERMISSION_DENIED';
  const { setting } = me.member;
  const reply = await answered(setting.patch({ message_retention_days: retention }), refusal);
  if (!reply) return;
  truth.expire(world.service.now() - retention * dayMs);
  expect(await setting.put({})).to.include({ message_retention_days: 3650 });
}

/** For the member only; notification settings do not change what they see. */
async function configure({ me, once }: Doing): Promise<void> {
  const [muted, mentions_only] = [once(2) ? 1 : 0, once(2) ? 1 : 0] as const;
  const { setting } = me.member;
  if (once(4)) await answered(setting.reset_user(), null);
  else
    expect(await answered(setting.patch_user({ muted, mentions_only }), null)).to.include({
      muted,
      mentions_only,
    });
}

/** A user of the application: made by the first call, changed by later ones. */
async function putUser({ truth, world, me, pick }: Doing): Promise<void> {
  const external_id = pick(['one', 'two', 'three']);
  const firstname = world.text();
  const { user } = me.member;
  const refusal: Refusal = truth.can(me.id, bits.admin) ? null : 'PERMISSION_DENIED';
  const before = truth.put.get(external_id);
  const reply = await answered(user.put({ external_id, firstname }), refusal);
  if (!reply) return;
  expect(reply).to.deep.equal({ user_id: before ?? reply.user_id, created: before ? 0 : 1 });
  truth.put.set(external_id, reply.user_id);
  expect(await user.get({ external_id })).to.include({ user_id: reply.user_id, firstname });
}

export const settings = [
  ...kind(2, 'age', age),
  ...kind(3, 'expire', expire),
  ...kind(1, 'configure', configure),
  ...kind(1, 'putUser', putUser),
];
