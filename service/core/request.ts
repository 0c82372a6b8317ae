import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Identity } from './call.ts';
import type { Credentials } from './identity/credentials.ts';

/** A call as it arrives. */
export interface Request extends Credentials {
  method: string;
  /** It came by GET, which only safe methods may. */
  readOnly: boolean;
  /** False for a GET that the user did not intend, such as a prefetch: it marks nothing as read. */
  mayMark: boolean;
  /** Reads the parameters for the caller. With a sender also files, in the name of that sender. */
  params(caller: Owner, sender?: Identity): Promise<Record<string, unknown>>;
  /** Called once the token has turned out to be valid. */
  onIdentified?(): void;
  /**
   * Writes the reply, and returns its bytes, which the caller pays for; otherwise they are
   * estimated.
   */
  write?(reply: unknown): number;
  /** Whether the client has left, so that nobody would get the reply. */
  hasLeft?(): boolean;
  /** Makes the parameters once the caller is admitted, in place of those that were read. */
  paramsFor?(caller: Identity): Record<string, unknown>;
}
