import { z } from 'zod';
import { type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';

const Group = z.object({ groupId: z.string() });

const readMembers = operation(['room.participants'], async ({ call }, data) => {
  const { groupId } = readSchema(Group, data);
  const participants = await call('room.participants', { entity_id: groupId });
  return Object.fromEntries(
    participants.map(({ user_id: id, surname, is_owner: isOwner }) => [
      id,
      { role: isOwner === 1 ? 'OWNER' : 'MEMBER', playerName: surname, emailAddress: null },
    ]),
  );
});

/** The user's group rooms, each of which is a gr channel. */
export const groupOperations: Operations = {
  GET_MY_GROUPS: operation(['channel.list'], async ({ call }) => {
    const channels = await call('channel.list', { type: 'gr' });
    const groups = channels.map(({ sub_id: groupId, name, listeners }) => ({
      groupId,
      name,
      groupType: 'default',
      memberCount: listeners,
    }));
    return { groups, requested: [], invited: [] };
  }),
  READ_GROUP_MEMBERS: readMembers,
  READ_MEMBERS_OF_GROUP: readMembers,
};
