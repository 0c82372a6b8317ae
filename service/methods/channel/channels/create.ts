import type { Spec } from '../../../../acl/index.ts';
import { dynamicChannelDays } from '../../../../acl/language/limits.ts';
import { isSystem } from '../../../../db/access/channels.ts';
import { findChannel, insertChannel, newRoom } from '../../../../db/rows/rooms/rooms.ts';
import type { Handler } from '../../../core/call.ts';
import { presentChannel } from '../../../present/channel.ts';
import { describeChannel } from './describe-channel.ts';

export const create: Handler<Spec<'channel.create'>> = async (call) => {
  const { hub, user, input, emit, fail, now } = call;
  if (input.type === 'sy' && !isSystem(call))
    fail('PERMISSION_DENIED', 'type: only the system may create system channels');
  const channelKey = `${input.type}:${input.sub_id}`;
  const existing = await findChannel(hub, channelKey);
  if (existing) return describeChannel(hub, existing);
  const { expire_days: expireDays = input.type === 'dy' ? dynamicChannelDays : null } = input;
  const room = newRoom(
    {
      hubId: hub.id,
      kind: 'channel',
      channelKey,
      historyLimit: input.history_limit,
      expireDays,
      name: input.name ?? input.sub_id,
      description: input.description,
      createdBy: user.id,
    },
    now,
  );
  // Another call may have created it meanwhile.
  if (!(await insertChannel(hub, room)))
    return describeChannel(hub, (await findChannel(hub, channelKey)) ?? fail('INTERNAL_ERROR'));
  const data = presentChannel(hub.id, { ...room, messageCount: 0 });
  // Members must not learn of system channels.
  if (input.type !== 'sy') await emit({ name: 'channel.create', everyone: true, data });
  return data;
};
