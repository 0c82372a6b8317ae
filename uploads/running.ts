/** A running upload. */
export interface Upload {
  /** Counts received bytes. */
  count(bytes: number): void;
  /** Bytes received or, if that is more, announced. */
  bytes(): number;
  /** Bytes of all of this sender's running uploads. */
  bytesOfSender(): number;
  end(): void;
}

/**
 * Counts the running uploads of each sender, because their bytes count against a limit before they
 * are stored.
 */
export function createRunningUploads() {
  const senders = new Map<string, Set<Upload>>();

  return {
    start(sender: string, announcedBytes: number): Upload {
      const uploads = senders.get(sender) ?? new Set();
      let received = 0;
      const upload: Upload = {
        count: (bytes) => {
          received += bytes;
        },
        bytes: () => Math.max(announcedBytes, received),
        bytesOfSender: () => [...uploads].reduce((sum, { bytes }) => sum + bytes(), 0),
        end: () => {
          uploads.delete(upload);
          if (uploads.size === 0) senders.delete(sender);
        },
      };
      senders.set(sender, uploads.add(upload));
      return upload;
    },
  };
}
