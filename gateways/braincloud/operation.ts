import type { MethodName, Output, Params, Spec } from '../../acl/index.ts';
import type { CallOptions, GatewayRequest, Services } from '../../service/gateways/port.ts';
import type { Connections } from './rtt/connections.ts';
import type { Session, SessionKind } from './sessions/session.ts';

/** What an operation works with; `M` are the methods that it may call. */
export interface Context<M extends MethodName = never> extends Pick<Services, 'apps' | 'clock'> {
  kind: SessionKind;
  appId: string;
  /** How the caller reached the service: scheme://host[:port]. */
  base: string;
  /** The secret that signed the packet. */
  appSecret: string;
  packetId: number;
  connections: Connections;
  /** Undefined until the caller has authenticated. */
  session: Session | undefined;
  /** Identifies the message: the same each time its packet is sent. */
  echoId: string | undefined;
  /** Calls a method as the session, in the hub that is the application. */
  call<N extends M>(
    method: N,
    params: Params<Spec<N>>,
    options?: CallOptions,
  ): Promise<Output<Spec<N>>>;
}

/** Handles one message of a packet. */
export interface Operation {
  methods: readonly MethodName[];
  /** Returns the response's data. */
  run(context: Context<MethodName>, data: unknown): Promise<unknown>;
}
/** Operations of a service by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** Declares an operation with the methods that it calls. */
export const operation = <const M extends MethodName = never>(
  methods: readonly M[],
  run: (context: Context<M>, data: unknown) => Promise<unknown>,
): Operation => ({ methods, run });

/** Returns a `call` that uses the caller's token and hub unless its options say otherwise. */
export const callAs =
  (
    { call }: Pick<GatewayRequest, 'call'>,
    caller: () => { token: string | null; hubId?: string | undefined },
  ): Context<MethodName>['call'] =>
  (method, params, options) =>
    call(method, params, { ...caller(), ...options });
