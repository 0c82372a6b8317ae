import type { z } from 'zod';
import type { EventName, SignalName } from '../events.ts';
import type { By } from './by.ts';
import type { DomainError } from './errors.ts';
import type { Grant } from './permission.ts';

export interface MethodSpec {
  /** For the caller: starts with a verb, one sentence; a second one for what surprises. */
  doc: string;
  by: By;
  /** Changes nothing but read marks: may be called by GET. */
  safe: boolean;
  input: z.ZodObject;
  output: z.ZodType;
  errors: readonly DomainError[];
  events: readonly EventName[];
  /** What it tells without a place in the log. */
  signals?: readonly SignalName[];
  /** A token narrowed by grants needs one of these. */
  grants?: readonly Grant[];
  /** Codes that the seed declares for a bad value of a parameter (missing or of a wrong type stays INVALID_INPUT). */
  codes?: Readonly<Record<string, DomainError>>;
  /** Takes files, as multipart/form-data: the hub must be named outside the body. */
  multipart?: true;
  /** Concurrent calls are joined into one transaction: the handler has two halves. */
  batched?: true;
}

/** Declare a method; the literal types survive, so that everything else can be derived from them. */
export const method = <const M extends MethodSpec>(spec: M): M => spec;
