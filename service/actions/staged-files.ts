import type { StoredFile } from '../../acl/entities/file.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import { lockStagedFiles, sumSent } from '../../db/rows/messages/attachments.ts';

/** Bytes of sent files that are allowed, of one user and of the hub. */
export interface MaxStorage {
  user: number;
  hub: number;
}

interface PostWithFiles {
  userId: string;
  attachmentIds: readonly string[];
  maxStorage: MaxStorage;
}

/** The files that posts of one batch attach, and what is left to store. */
export interface StagedFiles {
  /** Whether all files of a post are staged by its author, and not taken. */
  has(post: PostWithFiles): boolean;
  /** Takes the files of a post, and returns them. */
  take(post: PostWithFiles): StoredFile[];
  /** Counts the files of a post as sent; returns what is wrong if they exceed a limit. */
  store(post: PostWithFiles): string | undefined;
}

/** Locks the files that posts attach. */
export async function lockFilesOf(hub: Hub, posts: readonly PostWithFiles[]): Promise<StagedFiles> {
  const withFiles = posts.filter(({ attachmentIds }) => attachmentIds.length > 0);
  const ids = withFiles.flatMap(({ attachmentIds }) => attachmentIds);
  const isLimited = withFiles.some(({ maxStorage }) =>
    Object.values(maxStorage).some(Number.isFinite),
  );
  const ownerIds = [...new Set(withFiles.map(({ userId }) => userId))];
  const [files, sent] = await Promise.all([
    lockStagedFiles(hub, ids),
    isLimited ? sumSent(hub, ownerIds) : { all: 0, byOwner: new Map<string, number>() },
  ]);
  const staged = new Map(files.map((file) => [`${file.ownerId} ${file.id}`, file]));
  const keysOf = ({ userId, attachmentIds }: PostWithFiles) =>
    attachmentIds.map((id) => `${userId} ${id}`);
  const sizes = new Map<PostWithFiles, number>();

  return {
    has: (post) => keysOf(post).every((key) => staged.has(key)),
    take(post) {
      const keys = keysOf(post);
      const taken = keys.flatMap((key) => staged.get(key) ?? []);
      sizes.set(
        post,
        taken.reduce((sum, { filesize }) => sum + filesize, 0),
      );
      for (const key of keys) staged.delete(key);
      return taken;
    },
    store(post) {
      const bytes = sizes.get(post) ?? 0;
      if (bytes === 0) return undefined;
      const own = sent.byOwner.get(post.userId) ?? 0;
      const refusal =
        exceeding('your sent files', own, bytes, post.maxStorage.user) ??
        exceeding('the sent files of the hub', sent.all, bytes, post.maxStorage.hub);
      if (refusal) return refusal;
      sent.byOwner.set(post.userId, own + bytes);
      sent.all += bytes;
      return undefined;
    },
  };
}

const exceeding = (whose: string, used: number, bytes: number, max: number): string | undefined =>
  used + bytes > max
    ? `attachment: ${whose} have ${used} bytes of at most ${max}, and these have ${bytes}`
    : undefined;
