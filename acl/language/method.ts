import type { z } from 'zod';
import type { EventName, SignalName } from '../events.ts';
import type { DomainError } from './errors.ts';
import type { Grant, Permission } from './permission.ts';

/** Who may call beside the scope's own caller: a member of the hub, a key of the hub (both need the permission), the operator. */
export type OtherCaller = 'member' | 'key' | 'operator';

export interface MethodSpec {
  /** For the caller: starts with a verb, one sentence; a second one for what surprises. */
  doc: string;
  /** `none`: anybody. `own`: a logged-in user, on what is his in every hub. `platform`: the operator. `hub`: a member, within one hub. */
  scope: 'none' | 'own' | 'platform' | 'hub';
  /** The bit that the caller's privilege in the hub must have. */
  permission: Permission;
  also?: readonly OtherCaller[];
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
