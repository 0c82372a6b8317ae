import { RateLimited } from '../acl/language/errors.ts';

/** One upload of a sender's that has not ended. */
export interface Upload {
  /** Count bytes as they come. */
  count(bytes: number): void;
  /** What it has, or says that it will have. */
  bytes(): number;
  /** The same of all of the sender's. */
  bytesOfAll(): number;
  end(): void;
}

const mostAtOnce = 4;

/** What senders are sending: few uploads at once, and their bytes count before they are stored. */
export function createUnderWay(): { start(sender: string, announced: number): Upload } {
  const senders = new Map<string, Set<Upload>>();

  return {
    start(sender, announced) {
      const mine = senders.get(sender) ?? new Set();
      if (mine.size >= mostAtOnce) throw new RateLimited(1);
      let received = 0;
      const upload: Upload = {
        count: (bytes) => {
          received += bytes;
        },
        bytes: () => Math.max(announced, received),
        bytesOfAll: () => [...mine].reduce((sum, one) => sum + one.bytes(), 0),
        end: () => {
          mine.delete(upload);
          if (mine.size === 0) senders.delete(sender);
        },
      };
      senders.set(sender, mine.add(upload));
      return upload;
    },
  };
}
