import { z } from 'zod';
import type { MethodName, Output, Params, Spec } from '../../../acl/index.ts';
import type {
  CallOptions,
  ForeignRequest,
  Services,
  SessionMemory,
} from '../../../service/gateways/port.ts';
import type { Connections } from '../rtt/connections.ts';

/** Whose a session is: an application's user's, or its server's. */
export type SessionKind = 'client' | 'server';

/** What is remembered of a session between two packets. */
const Memory = z.object({
  kind: z.enum(['client', 'server']),
  /** Of the last packet, and what it was answered: who did not hear it asks again. */
  packetId: z.number(),
  answer: z.array(z.unknown()).nullable(),
  /** Opens a socket. */
  rttSecret: z.string().nullable(),
  /** The channels that it has connected to. */
  channels: z.array(z.string()),
});
export type Memory = z.infer<typeof Memory>;

export const newMemory = (kind: SessionKind, packetId: number): Memory => ({
  ...{ kind, packetId, answer: null, rttSecret: null, channels: [] },
});

export interface Session {
  id: string;
  token: string;
  appId: string;
  /** Empty: of the application's server. */
  userId: string;
  expiresMs: number;
  memory: Memory;
}

/** A session of ours as one of theirs; undefined: it was not opened here. */
export function sessionOf(
  token: string,
  found: SessionMemory | undefined,
  memory?: Memory,
): Session | undefined {
  const known = memory ?? Memory.safeParse(found?.data).data;
  if (!found || !known) return undefined;
  const { sessionId: id, userId, hubId, expiresMs } = found;
  return { id, token, appId: hubId ?? '', userId, expiresMs, memory: known };
}

/** What an operation has to do its work; `M` are the methods that it may call. */
export interface Context<M extends MethodName = never> extends Pick<Services, 'apps' | 'clock'> {
  kind: SessionKind;
  appId: string;
  /** How the caller reached the service. */
  base: string;
  /** With which the packet was signed. */
  appSecret: string;
  packetId: number;
  connections: Connections;
  /** Undefined while nobody has authenticated. */
  session: Session | undefined;
  /** The same for the same message of the same packet, however often it comes. */
  echoId: string | undefined;
  call<N extends M>(
    method: N,
    params: Params<Spec<N>>,
    options?: CallOptions,
  ): Promise<Output<Spec<N>>>;
}

/** Carries out one message. */
export interface Operation {
  methods: readonly MethodName[];
  /** Answers the data. */
  run(context: Context<MethodName>, data: unknown): Promise<unknown>;
}
export type Operations = Readonly<Record<string, Operation>>;
/** By the names of service and operation. */
export type Catalogue = Readonly<Record<string, Operations>>;

/** Declare an operation, and what it calls. */
export const operation = <const M extends MethodName = never>(
  methods: readonly M[],
  run: (context: Context<M>, data: unknown) => Promise<unknown>,
): Operation => ({ methods, run });

/** How the messages of a packet call: as its session, in the hub that is the application. */
export const callerOf =
  (
    request: Pick<ForeignRequest, 'call'>,
    as: () => { token: string | null; hubId?: string },
  ): Context<MethodName>['call'] =>
  (method, params, options) =>
    request.call(method, params, { ...as(), ...options });
