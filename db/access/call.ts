/**
 * Access functions are the only way from a call to rooms, messages, files and members. Each takes
 * the call and returns only what its caller may have for the purpose in the function's name.
 * Things that the caller must not see fail exactly like things that do not exist.
 */
import type { ErrorCode } from '../../acl/language/errors.ts';
import type { Hub } from '../connection/transaction.ts';

/** What access functions need of a call: its hub, its caller, and how its method may fail. */
export interface AccessCall<C extends ErrorCode = never> {
  hub: Hub;
  user: { id: string; privilege: number };
  fail: (code: C, ...details: string[]) => never;
}

/** Says that an id does not name a conversation of the caller. */
export const noConversation = (parameter: string): string =>
  `${parameter}: is neither a member nor one of your rooms`;
