import type { CallByName } from '../calls/client.ts';

/** By what the parts of a member's store read. */
export interface Source {
  call: CallByName;
  /** The member. */
  userId: string;
  /** To be called when something could not be read: `retry` of that part is called later. */
  failed(): void;
}
