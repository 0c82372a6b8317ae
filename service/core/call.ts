import type { EventData, EventName, SignalData, SignalName } from '../../acl/events.ts';
import type { Emits, Failure, Input, MethodName, Output, Spec, Tells } from '../../acl/index.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import type { Hub, Transaction } from '../../db/connection/transaction.ts';
import type { Alert } from '../../db/log/append.ts';
import type { Person } from '../../db/rows/identity/members.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Limits } from './limits.ts';
import type { Seal } from './secrets.ts';

/** Who calls, as authentication found him. */
export interface Caller {
  kind: 'anonymous' | 'session' | 'jwt' | 'key' | 'operator';
  userId: string | null;
  /** The only hub that the token is good for; null: all of its user's. */
  hubId: string | null;
  /** Never more bits than what made the token. */
  cap: number;
  /** Null: everything that the privilege gives. */
  grants: readonly string[] | null;
  sessionId: string | null;
  keyId: string | null;
  /** Unix milliseconds; null: until revoked. */
  expiresMs: number | null;
}

/** Where a call comes from. */
export interface Origin {
  address: string;
  userAgent: string;
}

/** Who acts: a member of the hub, or with an empty id the operator or a key; `privilege` is what he may in this call. */
export interface Actor extends Person {
  privilege: number;
}

/** An event to tell once the transaction has committed. */
export interface Emission<N extends EventName = EventName> {
  name: N;
  data: EventData<N>;
  /** The conversation in whose stream it is. */
  room?: LockedRoom;
  /** Without a room: the conversation that it is about. */
  about?: Pick<LockedRoom, 'id' | 'directKey'>;
  /** Without a room: the one whose own stream it is in. With a room: who else hears it. */
  targets?: readonly string[];
  /** Without a room: every member of the hub hears it. */
  everyone?: true;
  /** Whom it alerts of those who hear it; nobody when it is not given. */
  alert?: Alert;
  /** The message that it is about: the log keeps `logged`, and tells the rest as the message stands. */
  messageId?: string;
  logged?: Partial<EventData<N>>;
  echoId?: string;
  isMessage?: true;
  /** Who did it, where one batch joins several callers. */
  actorId?: string;
}

/** What is told to who is there once the transaction has committed, and kept nowhere. */
export interface Signal<N extends SignalName = SignalName> {
  name: N;
  data: SignalData<N>;
  actorId: string;
  /** A group room's id, or the two users of a direct conversation. */
  to: { roomId: string } | { userIds: readonly [string, string] };
}

/** The number of an event, and of the one before it in its stream. */
export interface Emitted {
  seq: number;
  prev: number;
}

/** Sockets to cut once the transaction has committed. */
export interface Cut {
  hubId?: string;
  userId?: string;
  sessionIds?: readonly string[];
}

interface Base<S extends MethodSpec> {
  input: Input<S>;
  caller: Caller;
  origin: Origin;
  /** Unix milliseconds. */
  now: number;
  /** The configured external issuer of JWTs. */
  issuer: string | undefined;
  limits: Pick<
    Limits,
    'beforeLogin' | 'failedLogin' | 'filesPerMessage' | 'participants' | 'recipients' | 'signal'
  >;
  /** For what clients keep and bring back. */
  seal: Seal;
  /** Answer a declared error; `details` are sentences that begin with the parameter's name. */
  fail(code: Failure<S>, ...details: string[]): never;
  /** Queue events; they are told if and only if the transaction commits. Locks the hub's row: nothing but atCommit after it. */
  emit(...emissions: Emission<Emits<S>>[]): Promise<Emitted[]>;
  /** Tell what has no place in the log. */
  tell(signal: Signal<Tells<S>>): void;
  /** Rights were taken away: raise the hub's acl_epoch, and cut the sockets that lived on them. */
  revoke(cut: Cut): void;
}

/** What a call carries besides: the hub that it is in, and who acts there. */
type Scoped<S extends MethodSpec> = S['by'] extends 'anyone'
  ? { tx: Transaction }
  : S['by'] extends { user: unknown }
    ? { tx: Transaction; user: { id: string } }
    : S['by'] extends { operator: 'platform' }
      ? { tx: Transaction; hub: Hub | null; user: Actor }
      : { hub: Hub; user: Actor };

export type Call<S extends MethodSpec> = Base<S> & Scoped<S>;

/** What a handler of two halves gives the dispatcher: the answer at once, or what there is to apply. */
export type Prepared<S extends MethodSpec, Item> = { reply: Output<S> } | { item: Item };

export type Applied<S extends MethodSpec> =
  | { reply: Output<S> }
  | { failure: Failure<S>; details: string[] };

export interface BatchedHandler<S extends MethodSpec, Item> {
  /** Load, check, answer errors: for one call, outside the common transaction. */
  prepare(call: Omit<Call<S>, 'emit' | 'tell' | 'revoke'>): Promise<Prepared<S, Item>>;
  /** Do the writes of several calls of one hub in one transaction; a failing item alone fails. */
  apply(
    batch: { hub: Hub; now: number; emit: Base<S>['emit'] },
    items: readonly Item[],
  ): Promise<Applied<S>[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: each handler knows its own items, nobody else looks at them
type AnyBatchedHandler<S extends MethodSpec> = BatchedHandler<S, any>;

export type Handler<S extends MethodSpec> = S extends { batched: true }
  ? AnyBatchedHandler<S>
  : (call: Call<S>) => Promise<Output<S>>;

/** The handlers of one module: exactly the declared ones. */
export type Handlers<M extends string> = {
  [N in MethodName as N extends `${M}.${infer V}` ? V : never]: Handler<Spec<N>>;
};
