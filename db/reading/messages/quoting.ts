/**
 * Conversations of which the page that was read last had replies. To read what messages answer with
 * every page costs a fifth more, so that it is read with it only where this is to be expected, and
 * else in a second round trip, which changes nothing of what the caller gets.
 */
import type { Hub } from '../../connection/transaction.ts';

const maxKept = 20_000;
const quoting = new Set<string>();

const keyOf = (hub: Hub, userId: string, entityId: string) => `${hub.id} ${userId} ${entityId}`;

export const isQuoting = (hub: Hub, userId: string, entityId: string): boolean =>
  quoting.has(keyOf(hub, userId, entityId));

export function keepQuoting(hub: Hub, userId: string, entityId: string, is: boolean): void {
  const key = keyOf(hub, userId, entityId);
  quoting.delete(key);
  if (is) quoting.add(key);
  for (const oldest of quoting) {
    if (quoting.size <= maxKept) break;
    quoting.delete(oldest);
  }
}
