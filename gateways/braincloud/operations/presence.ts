import { type Operations, operation } from '../operation.ts';

/* Friends and presence are not supported, but published clients need the calls to succeed. */

const empty = operation([], async () => ({}));
const noPresence = operation([], async () => ({ presence: [] }));

export const friendOperations: Operations = {
  LIST_FRIENDS: operation([], async () => ({ friends: [] })),
};

export const presenceOperations: Operations = {
  FORCE_PUSH: empty,
  GET_PRESENCE_OF_FRIENDS: noPresence,
  GET_PRESENCE_OF_GROUP: noPresence,
  GET_PRESENCE_OF_USERS: noPresence,
  REGISTER_LISTENERS_FOR_FRIENDS: noPresence,
  REGISTER_LISTENERS_FOR_GROUP: noPresence,
  REGISTER_LISTENERS_FOR_PROFILES: noPresence,
  SET_VISIBILITY: empty,
  STOP_LISTENING: empty,
  UPDATE_ACTIVITY: empty,
};
