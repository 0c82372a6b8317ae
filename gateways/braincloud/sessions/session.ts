import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SessionMemory } from '../../../service/gateways/port.ts';

/** Returns the hash of a secret for sockets. Such secrets are random, so a fast hash is safe. */
export const rttHashOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

/** Whether a session belongs to a user of the application or to its server. */
export type SessionKind = 'client' | 'server';

/** What the service stores for a session between packets. */
const SessionState = z.object({
  kind: z.enum(['client', 'server']),
  /** The number of the last packet, and its responses: a client that lost them sends it again. */
  packetId: z.number(),
  responses: z.array(z.unknown()).nullable().default(null),
  /** Of the secret that authenticates the session's sockets; null until one was requested. */
  rttHash: z.string().nullable().default(null),
  /** The channels to which the session has connected. */
  channels: z.array(z.string()),
});
export type SessionState = z.infer<typeof SessionState>;

export const newSessionState = (kind: SessionKind, packetId: number): SessionState => ({
  kind,
  packetId,
  responses: null,
  rttHash: null,
  channels: [],
});

export interface Session {
  id: string;
  token: string;
  appId: string;
  /** Empty for the application's server. */
  userId: string;
  expiresMs: number;
  state: SessionState;
}

/**
 * Returns the brainCloud session of one of the service's sessions, with the stored state or the
 * given one. Undefined if the session does not exist or was not opened by this gateway.
 */
export function sessionOf(
  token: string,
  stored: SessionMemory | undefined,
  newState?: SessionState,
): Session | undefined {
  // Sessions stored before 0.2 call the responses `answer`.
  const data = stored && { responses: stored.data.answer, ...stored.data };
  const state = newState ?? SessionState.safeParse(data).data;
  if (!stored || !state) return undefined;
  const { sessionId: id, userId, hubId, expiresMs } = stored;
  return { id, token, appId: hubId ?? '', userId, expiresMs, state };
}
