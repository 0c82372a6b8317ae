import type { Spec } from '../../../../acl/index.ts';
import { isSystem, refuseNobody } from '../../../../db/access/channels.ts';
import { listChannels, listGroupChannels } from '../../../../db/reading/rooms/channels.ts';
import type { Handler } from '../../../core/call.ts';
import { presentChannel } from '../../../present/channel.ts';

export const list: Handler<Spec<'channel.list'>> = async (call) => {
  const { hub, user, input } = call;
  refuseNobody(call);
  const { type } = input;
  const userId = isSystem(call) ? null : user.id;
  const [named, groups] = await Promise.all([
    type === 'gr' ? [] : listChannels(hub, userId),
    type === 'gr' || type === 'all' ? listGroupChannels(hub, userId) : [],
  ]);
  return [...named, ...groups]
    .map((view) => presentChannel(hub.id, view))
    .filter((channel) => type === 'all' || channel.type === type);
};
