import type { Hub } from '../../db/connection/transaction.ts';
import { lockStagedFiles, sumSent } from '../../db/rows/messages/attachments.ts';
import type { NewMessage } from '../../db/writing/posts.ts';

/** Bytes of sent files that are allowed, of one user and of the hub. */
export interface MaxStorage {
  user: number;
  hub: number;
}

interface PostWithFiles {
  message: NewMessage;
  maxStorage: MaxStorage;
}

/** The files that posts of one batch attach, and what is left to store. */
export interface StagedFiles {
  /** Takes a post's files, each only once; false if one of them is not staged by its author. */
  take(post: PostWithFiles): boolean;
  /** Counts the files of a post as sent; returns what is wrong if they exceed a limit. */
  store(post: PostWithFiles): string | undefined;
}

/** Locks the files that posts attach. Posts of a hub are applied one batch after the other. */
export async function lockFilesOf(hub: Hub, posts: readonly PostWithFiles[]): Promise<StagedFiles> {
  const withFiles = posts.filter(({ message }) => message.attachmentIds.length > 0);
  const ids = withFiles.flatMap(({ message }) => message.attachmentIds);
  const isLimited = withFiles.some(({ maxStorage }) =>
    Object.values(maxStorage).some(Number.isFinite),
  );
  const ownerIds = [...new Set(withFiles.map(({ message }) => message.authorId))];
  const [files, sent] = await Promise.all([
    lockStagedFiles(hub, ids),
    isLimited ? sumSent(hub, ownerIds) : { all: 0, byOwner: new Map<string, number>() },
  ]);
  const staged = new Map(files.map(({ ownerId, id, filesize }) => [`${ownerId} ${id}`, filesize]));
  const keysOf = ({ message }: PostWithFiles) =>
    message.attachmentIds.map((id) => `${message.authorId} ${id}`);
  const sizes = new Map<PostWithFiles, number>();

  return {
    take(post) {
      const keys = keysOf(post);
      if (!keys.every((key) => staged.has(key))) return false;
      sizes.set(
        post,
        keys.reduce((sum, key) => sum + (staged.get(key) ?? 0), 0),
      );
      for (const key of keys) staged.delete(key);
      return true;
    },
    store(post) {
      const bytes = sizes.get(post) ?? 0;
      if (bytes === 0) return undefined;
      const { authorId } = post.message;
      const own = sent.byOwner.get(authorId) ?? 0;
      const refusal =
        exceeding('your sent files', own, bytes, post.maxStorage.user) ??
        exceeding('the sent files of the hub', sent.all, bytes, post.maxStorage.hub);
      if (refusal) return refusal;
      sent.byOwner.set(authorId, own + bytes);
      sent.all += bytes;
      return undefined;
    },
  };
}

const exceeding = (whose: string, used: number, bytes: number, max: number): string | undefined =>
  used + bytes > max
    ? `attachment: ${whose} have ${used} bytes of at most ${max}, and these have ${bytes}`
    : undefined;
