import type { SignalData, SignalName } from '../../acl/events.ts';
import type { NumberedEvent } from '../../db/log/append.ts';

interface SignalOf<N extends SignalName> {
  name: N;
  data: SignalData<N>;
  actorId: string;
  /** A group room's id, or the two users of a direct conversation. */
  to: { roomId: string } | { userIds: readonly [string, string] };
}

/** What is sent once to connected receivers and is not stored. */
export type Signal<N extends SignalName = SignalName> = { [K in N]: SignalOf<K> }[N];

/** Sockets to disconnect: those of a user in a hub, and those of sessions or keys. */
export interface Cut {
  hubId?: string;
  userId?: string;
  sessionIds?: readonly string[];
}

/** A session that ends later than before. */
export interface Prolonged {
  sessionId: string;
  /** Unix milliseconds. */
  expiresMs: number;
}

/** What a committed transaction publishes. */
export interface Publication {
  hubId: string;
  /** In the order of their numbers. */
  events: readonly NumberedEvent[];
  signals: readonly Signal[];
  cuts: readonly Cut[];
  prolonged?: readonly Prolonged[];
}
