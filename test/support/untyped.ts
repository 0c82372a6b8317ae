/** A reply without a contract type, whose fields tests read. */
// biome-ignore lint/suspicious/noExplicitAny: foreign replies are untyped; a wrong guess fails
export type Json = any;

/**
 * Casts a value to the expected type: input of an untyped caller, or data whose shape the contract
 * suite has already checked.
 */
export const untyped = <T = never>(value: unknown): T => value as T;
