import { methods } from '../../../acl/index.ts';
import type { Cost } from './measure.ts';

/** How many round trips to the database a call of a kind may take, alone and warm. */
const budgets = {
  /** Reads: all in one. */
  safe: 1,
  /** Locks and looks; writes and commits. Posts that run together share both. */
  post: 2,
  /** A read that finds the rows; locks and looks; writes and commits. */
  write: 3,
  /** Bytes of a file, and the handshake of a socket. */
  transport: 1,
} as const;

type Kind = keyof typeof budgets;

const posts = ['chat.post'];

function kindOf(name: string): Kind {
  // The second part names what one call of the method does.
  const [method = '', what] = name.split(', ');
  const spec = methods.get(method);
  if (!spec) return 'transport';
  if (posts.includes(method)) return 'post';
  return spec.safe && what !== 'with one to mark' ? 'safe' : 'write';
}

export const budgetOf = (name: string): number => budgets[kindOf(name)];

const seldom = 'its reads, locks and events are not joined into fewer; it is called seldom';
const unjoined = 'its reads, locks and events are not joined into fewer yet';
const secrets = 'compares passwords or tokens between its statements; limits keep it rare';
const channelById = "the channel's id is found by its key before its messages are read";

/** Calls that take more round trips than their kind may, how many, and why. */
export const exceptions: Readonly<Record<string, { trips: number; because: string }>> = {
  'channel.create': { trips: 4, because: seldom },
  'channel.delete': { trips: 5, because: seldom },
  'channel.info': { trips: 2, because: channelById },
  'channel.recent': { trips: 2, because: channelById },
  'channel.get_message': { trips: 2, because: channelById },
  'channel.connect': { trips: 8, because: seldom },
  'channel.disconnect': { trips: 6, because: seldom },
  'channel.update_message': {
    trips: 4,
    because: 'reactions and who hid what it answers are read once the message is found',
  },
  'chat.sync': {
    trips: 2,
    because: 'sizes of events limit which rows are read',
  },
  'chat.upload': {
    trips: 6,
    because: 'counts what its sender has staged, and stores the bytes, before its rows',
  },
  'hub.create': { trips: 4, because: seldom },
  'hub.update': { trips: 5, because: seldom },
  'hub.add_member': { trips: 4, because: seldom },
  'hub.remove_member': { trips: 9, because: seldom },
  'hub.set_privilege': { trips: 7, because: seldom },
  'key.create': { trips: 4, because: seldom },
  'key.revoke': { trips: 8, because: seldom },
  'messaging.send': { trips: 4, because: unjoined },
  'messaging.mark_read': { trips: 4, because: unjoined },
  'messaging.delete': { trips: 4, because: unjoined },
  'messaging.sys_update': { trips: 4, because: unjoined },
  'room.create': { trips: 5, because: seldom },
  'room.update': { trips: 4, because: seldom },
  'room.add': { trips: 4, because: seldom },
  'room.remove': { trips: 5, because: seldom },
  'room.delete': { trips: 8, because: seldom },
  'session.login': { trips: 6, because: secrets },
  'session.logout': { trips: 4, because: seldom },
  'session.revoke': { trips: 5, because: seldom },
  'session.app_login': { trips: 8, because: secrets },
  'session.exchange': { trips: 6, because: secrets },
  'session.issue': { trips: 4, because: seldom },
  'session.renew': { trips: 6, because: seldom },
  'setting.put': { trips: 4, because: seldom },
  'setting.patch': { trips: 5, because: seldom },
  'setting.patch_user': { trips: 5, because: unjoined },
  'setting.reset_user': { trips: 5, because: unjoined },
  'user.create': { trips: 5, because: seldom },
  'user.update': { trips: 6, because: seldom },
  'user.put': { trips: 7, because: seldom },
  'Socket.IO handshake': { trips: 2, because: 'reads its caller, then the streams' },
};

interface Trips {
  name: string;
  small: Pick<Cost, 'trips'>;
  large: Pick<Cost, 'trips'>;
}

const tripsOf = ({ small, large }: Trips): number => Math.max(small.trips, large.trips);

/** Returns a sentence for each call beyond its budget, and for each needless exception. */
export function budgetErrors(costs: readonly Trips[]): string[] {
  const trips = new Map(costs.map((one) => [one.name, tripsOf(one)]));
  const beyond = [...trips].flatMap(([name, taken]) => {
    const budget = exceptions[name]?.trips ?? budgetOf(name);
    return taken > budget ? [`${name} takes ${taken} round trips of ${budget}`] : [];
  });
  const needless = Object.entries(exceptions).flatMap(([name, { trips: allowed }]) =>
    trips.get(name) === allowed && allowed > budgetOf(name)
      ? []
      : [`${name} needs no exception of ${allowed} round trips`],
  );
  return [...beyond, ...needless];
}
