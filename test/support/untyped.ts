/** A reply whose fields tests look into, also where no contract types them. */
// biome-ignore lint/suspicious/noExplicitAny: a foreign API's reply has no type here; a wrong guess fails the assertion
export type Json = any;

/**
 * Passes a value as the type that the place expects: what a caller without types sends, or data
 * whose shape the contract suite has checked already.
 */
export const untyped = <T = never>(value: unknown): T => value as T;
