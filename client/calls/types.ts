import type { Contract, GeneralError } from '../contract.ts';
import type { Fetch } from './fetch.ts';

export type MethodName = {
  [M in keyof Contract]: `${M}.${keyof Contract[M] & string}`;
}[keyof Contract];

type Declaration<N extends MethodName> = N extends `${infer M extends keyof Contract}.${infer V}`
  ? Contract[M][V & keyof Contract[M]]
  : never;

type Field<D, K extends string> = D extends Record<K, infer T> ? T : never;

/** The parameters of a method, such as `CallParams<'chat.post'>`. */
export type CallParams<N extends MethodName> = Field<Declaration<N>, 'params'>;
/** What a method returns. */
export type CallResult<N extends MethodName> = Field<Declaration<N>, 'output'>;
/** The codes of the errors that a method may fail with. */
export type CallFailure<N extends MethodName> = Field<Declaration<N>, 'failure'> & string;
/** The codes of all errors. */
export type ErrorCode = CallFailure<MethodName> | GeneralError;

export interface CallOptions {
  /** Gives up the call, which may have taken effect all the same. */
  signal?: AbortSignal;
  /** The time limit of one attempt, in milliseconds. */
  timeoutMs?: number;
  /** For how long a call that is safe to repeat is repeated, in milliseconds; 0: not at all. */
  retryForMs?: number;
  /** Sends this call in place of the client's `fetch`. */
  fetch?: Fetch | undefined;
}

/** A method: its parameters may be left out where none is required. */
type Call<Params, Result> =
  Record<never, never> extends Params
    ? (params?: Params, options?: CallOptions) => Promise<Result>
    : (params: Params, options?: CallOptions) => Promise<Result>;

/** A function for every method of the contract: `client.chat.post({ entity_id, message })`. */
export type Client = {
  [M in keyof Contract]: {
    [V in keyof Contract[M]]: Contract[M][V] extends { params: infer P; output: infer R }
      ? Call<P, R>
      : never;
  };
};
