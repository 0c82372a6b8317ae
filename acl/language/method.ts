import type { z } from 'zod';
import type { EventName, SignalName } from '../events.ts';
import type { By } from './by.ts';
import type { DomainError } from './errors.ts';
import type { Grant } from './permission.ts';

/** What a method declares. Handlers, clients, checks and docs are derived from it. */
export interface MethodSpec {
  /** For the caller: a sentence that starts with a verb, and more for what is not obvious. */
  doc: string;
  by: By;
  /** Changes nothing but read marks, so it may be called by GET. */
  safe: boolean;
  input: z.ZodObject;
  output: z.ZodType;
  errors: readonly DomainError[];
  events: readonly EventName[];
  /** The signals that it publishes; unlike events they are not logged. */
  signals?: readonly SignalName[];
  /** A token that was issued with grants must hold one of these. */
  grants?: readonly Grant[];
  /** The error for an invalid value of a parameter, where it is not INVALID_INPUT. */
  codes?: Readonly<Record<string, DomainError>>;
  /** A page may call it with the cookie also at the host of a hub that is not its user's. */
  fromAnyHost?: true;
  /** Takes files as multipart/form-data; the hub must be named outside the body. */
  multipart?: true;
  /** Concurrent calls share one transaction: the handler has the halves `prepare` and `apply`. */
  batched?: true;
}

/** Declares a method. Literal types are kept, so that types can be derived from the declaration. */
export const method = <const M extends MethodSpec>(spec: M): M => spec;
