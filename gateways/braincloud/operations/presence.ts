import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { frameOf } from '../rtt/pushes.ts';
import { type Operations, operation } from '../sessions/session.ts';
import { read } from '../wire/body.ts';

const answering = (data: unknown) => operation([], async () => data);
const nobody = answering({ presence: [] });
const nothing = answering({});

export const friendOperations: Operations = { LIST_FRIENDS: answering({ friends: [] }) };

/** Nobody is told who is there. */
export const presenceOperations: Operations = {
  FORCE_PUSH: nothing,
  GET_PRESENCE_OF_FRIENDS: nobody,
  GET_PRESENCE_OF_GROUP: nobody,
  GET_PRESENCE_OF_USERS: nobody,
  REGISTER_LISTENERS_FOR_FRIENDS: nobody,
  REGISTER_LISTENERS_FOR_GROUP: nobody,
  REGISTER_LISTENERS_FOR_PROFILES: nobody,
  SET_VISIBILITY: nothing,
  STOP_LISTENING: nothing,
  UPDATE_ACTIVITY: nothing,
};

const readMembers = operation(['room.participants'], async ({ call }, data) => {
  const { groupId } = read(z.object({ groupId: z.string() }), data);
  const people = await call('room.participants', { entity_id: groupId });
  return Object.fromEntries(
    people.map(({ user_id: id, surname, is_owner: isOwner }) => [
      id,
      { role: isOwner === 1 ? 'OWNER' : 'MEMBER', playerName: surname, emailAddress: null },
    ]),
  );
});

/** Group rooms, where they are a channel's. */
export const groupOperations: Operations = {
  GET_MY_GROUPS: operation(['channel.list'], async ({ call }) => {
    const channels = await call('channel.list', { type: 'gr' });
    const groups = channels.map(({ sub_id: groupId, name, listeners }) => ({
      ...{ groupId, name, groupType: 'default', memberCount: listeners },
    }));
    return { groups, requested: [], invited: [] };
  }),
  READ_GROUP_MEMBERS: readMembers,
  READ_MEMBERS_OF_GROUP: readMembers,
};

/** There is no cloud code to run. */
export const scriptOperations: Operations = { RUN: nothing };

const sent = z.object({
  toId: z.string(),
  eventType: z.string().max(256),
  eventData: z.record(z.string(), z.unknown()).nullish(),
});

export const eventOperations: Operations = {
  /** Told to who is there, and kept nowhere. Who may not write to him may not send him events. */
  SEND: operation(['chat.typing'], async ({ call, connections, session, appId, clock }, data) => {
    const { toId, eventType, eventData } = read(sent, data);
    if (JSON.stringify(eventData ?? null).length > values.largestEvent)
      throw new Refusal(
        'MESSAGE_TOO_LARGE',
        `eventData: more than ${values.largestEvent} characters`,
      );
    const fromId = session?.userId ?? '';
    if (toId !== fromId)
      await call('chat.typing', { entity_id: toId, state: 0 }).catch(() => {
        throw new Refusal('INVALID_PARAMETER_VALUE', 'toId: names nobody to whom you may write');
      });
    const evId = randomUUID();
    const event = {
      evId,
      eventType,
      fromPlayerId: fromId,
      toPlayerId: toId,
      createdAt: clock(),
      eventData,
    };
    connections.tell(appId, { userId: toId, frame: () => frameOf('event', 'GET_EVENTS', event) });
    return { evId };
  }),
};
