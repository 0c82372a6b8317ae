import type { SignalName } from '../../acl/events.ts';
import type { Emits, Failure, Input, MethodName, Output, Signals, Spec } from '../../acl/index.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import type { Hub, Transaction } from '../../db/connection/transaction.ts';
import type { Draft, EventNumbers } from '../../db/log/append.ts';
import type { Person } from '../../db/rows/identity/users.ts';
import type { Cut, Prolonged, Signal } from '../events/publication.ts';
import type { Bill } from '../limits/cost.ts';
import type { Limits } from '../limits/limits.ts';
import type { Seal } from '../secrets/seal.ts';

/** The authenticated caller. */
export interface Caller {
  kind: 'anonymous' | 'session' | 'jwt' | 'key' | 'operator';
  userId: string | null;
  /** The only hub that the token is good for; null: every hub of its user. */
  hubId: string | null;
  /** The privilege bits that the token has at most. */
  cap: number;
  /** The permission strings that the token is narrowed to; null: it is not narrowed. */
  grants: readonly string[] | null;
  sessionId: string | null;
  /** The key that the caller is, or that it acts with for its member. */
  keyId: string | null;
  /** Of a JWT: what it is known by once its user has logged out. */
  jwtHash: string | null;
  /** When a JWT for one hub was issued (Unix milliseconds): leaving the hub ends older ones. */
  issuedMs: number | null;
  /** Of a JWT for one hub: the hash of its subject; it ends when its user has another one. */
  subjectHash: string | null;
  /** The key that the token is, or that issued it: what is made with it ends with that key. */
  viaKeyId: string | null;
  /** Unix milliseconds; null: until revoked. */
  expiresMs: number | null;
}

/** Why a token is not accepted. `newcomer`: a valid JWT, whose user is to be made first. */
export type TokenRefusal = 'unknown' | 'ended' | 'revoked' | 'newcomer';

/** A user in a hub; both are empty where there is none. */
export interface Identity {
  hubId: string;
  userId: string;
}

/** Where a call comes from. */
export interface Origin {
  address: string;
  userAgent: string;
}

/**
 * A member of the hub who acts, or with an empty id the operator or a key. `privilege` is what
 * they may do in this call.
 */
export interface Actor extends Person {
  privilege: number;
}

interface Base<S extends MethodSpec> {
  input: Input<S>;
  caller: Caller;
  /** The token that the call was made with, as it was sent. */
  token: string | undefined;
  origin: Origin;
  /** Unix milliseconds. */
  now: number;
  /** The configured external issuer of JWTs. */
  issuer: string | undefined;
  limits: Pick<
    Limits,
    | 'logins'
    | 'allowsSignal'
    | 'maxFilesPerMessage'
    | 'maxFileBytes'
    | 'maxStorage'
    | 'maxParticipants'
    | 'maxRecipients'
  >;
  /** What the call costs beyond one point. */
  bill: Bill;
  /** Signs and encrypts values that clients keep and send back. */
  seal: Seal;
  /** Throws a declared error; each detail is a sentence that begins with the parameter's name. */
  fail(code: Failure<S>, ...details: string[]): never;
  /**
   * Queues events, which are published if and only if the transaction commits. Locks the hub's row,
   * the last lock of a transaction: after it, writes are queued with `atCommit`.
   */
  emit(...drafts: Draft<Emits<S>>[]): Promise<EventNumbers[]>;
  /**
   * Locks the hub's row with the next round trip, so that `emit` needs none of its own, after the
   * rows of members in whose own streams events will be. For a handler that asks for its last reads
   * and locks in this turn.
   */
  lockHubWithNext(ownerIds?: readonly string[]): void;
  /** Sends a signal once the transaction has committed. */
  signal(signal: Signal<Signals<S>>): void;
  /**
   * Makes sure that the caller still has the rights that they were admitted with, and keeps them
   * until the transaction ends. A call that writes and emits nothing is confirmed before its
   * COMMIT; one that may end the caller's own token must be confirmed before it does.
   */
  confirm(): Promise<void>;
  /** Rights were taken away: raises the hub's acl_epoch, and cuts sockets after the commit. */
  revoke(cut: Cut): void;
  /** A session ends later than before: after the commit its sockets stay for as long. */
  prolong(session: Prolonged): void;
}

/** What a call carries besides: the hub that it is in, and who acts there. */
type Scoped<S extends MethodSpec> = S['by'] extends 'anyone'
  ? { tx: Transaction }
  : S['by'] extends { others: unknown }
    ? { tx: Transaction; hub: Hub | null; user: Actor }
    : S['by'] extends { user: unknown; key: unknown }
      ? { tx: Transaction; hub: Hub | null; user: { id: string } }
      : S['by'] extends { user: unknown }
        ? { tx: Transaction; user: { id: string } }
        : S['by'] extends { operator: 'platform' }
          ? { tx: Transaction; hub: Hub | null; user: Actor }
          : { hub: Hub; user: Actor };

/** What the handler of a method is given. */
export type Call<S extends MethodSpec> = Base<S> & Scoped<S>;

/**
 * The handler of a method whose concurrent calls in a hub share one transaction of two round trips:
 * that of `look`, and that of the commit.
 */
export interface BatchedHandler<S extends MethodSpec, Found, Looked> {
  /** Finds out which rows the calls are about: from memory, or in a round trip of its own. */
  find(calls: readonly BatchedCall<S>[]): Promise<Found>;
  /** Locks and reads all that the calls need, in one round trip. The hub's row is locked last. */
  look(calls: readonly BatchedCall<S>[], found: Found): Promise<Looked>;
  /** Decides each call by itself, and queues what those write that succeed. */
  write(batch: Batch<S>, calls: readonly BatchedCall<S>[], looked: Looked): Promise<Applied<S>[]>;
}

/** One of the calls of a batch. */
export type BatchedCall<S extends MethodSpec> = Omit<
  Call<S>,
  'emit' | 'lockHubWithNext' | 'signal' | 'confirm' | 'revoke' | 'prolong'
> & {
  /** It is the only call, and more may be read and written before `emit`. */
  isAlone: boolean;
};

/** What the calls of one batch share. */
type Batch<S extends MethodSpec> = Pick<Base<S>, 'now' | 'emit'> & { hub: Hub };

/** What became of one call of a batch. `alone`: it needs a transaction of its own. */
export type Applied<S extends MethodSpec> =
  | { reply: Output<S> }
  | { failure: Failure<S>; details: string[] }
  | 'alone';

// biome-ignore lint/suspicious/noExplicitAny: only the handler knows what it finds and reads
type Any = any;

export type Handler<S extends MethodSpec> = S extends { batched: true }
  ? BatchedHandler<S, Any, Any>
  : (call: Call<S>) => Promise<Output<S>>;

/** The handlers of one module: exactly the declared ones. */
export type Handlers<M extends string> = {
  [N in MethodName as N extends `${M}.${infer V}` ? V : never]: Handler<Spec<N>>;
};

/**
 * A call of whichever method. Every handler takes it: `input` is `never`, because only the handler
 * knows its type, and `hub` is declared for the methods whose scope promises one.
 */
export interface AnyCall extends Omit<Base<MethodSpec>, 'input' | 'emit' | 'signal'> {
  input: never;
  tx: Transaction;
  hub: Hub;
  user: Actor;
  emit(...drafts: Draft[]): Promise<EventNumbers[]>;
  signal(signal: Signal<SignalName>): void;
}

/** A batched handler of whichever method. */
export interface AnyBatchedHandler {
  find(calls: readonly AnyBatchedCall[]): Promise<Any>;
  look(calls: readonly AnyBatchedCall[], found: Any): Promise<Any>;
  write(
    batch: Pick<AnyCall, 'hub' | 'now' | 'emit'>,
    calls: readonly AnyBatchedCall[],
    looked: Any,
  ): Promise<AnyApplied[]>;
}

export type AnyBatchedCall = AnyCall & { isAlone: boolean };

export type AnyApplied =
  | { reply: unknown }
  | { failure: Failure<MethodSpec>; details: string[] }
  | 'alone';

/** A method with its declaration and its handler. */
export interface Registered {
  name: string;
  spec: MethodSpec;
  handler: ((call: AnyCall) => Promise<unknown>) | AnyBatchedHandler;
}

/** Every method by its name. */
export type Registry = ReadonlyMap<string, Registered>;
