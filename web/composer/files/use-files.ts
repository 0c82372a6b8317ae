import { useRef, useState } from 'react';
import type { DraftFile } from '../../../client/index.ts';
import { sizeOf } from '../../i18n/format.ts';
import { t } from '../../i18n/translate.ts';
import type { DraftFields } from '../use-draft-fields.ts';
import type { MessageLimits } from '../use-limits.ts';

export interface StagedFiles {
  /** Why the last files were not added. */
  failure: string | undefined;
  add(files: readonly File[]): Promise<void>;
  remove(index: number): void;
}

/** Adds files to a draft, and removes them. */
export function useFiles({ files, change }: DraftFields, limits: MessageLimits): StagedFiles {
  const [failure, setFailure] = useState<string>();
  const latest = useRef(files);
  latest.current = files;

  async function add(added: readonly File[]): Promise<void> {
    const readable = await Promise.all(added.map(isReadable));
    const usable = added.filter((_, n) => readable[n]);
    const small = usable.filter(({ size }) => size <= (limits.file_bytes ?? size));
    // Others may have been added or removed meanwhile.
    const before = latest.current;
    const room = Math.max(0, limits.message_files - before.length);
    setFailure(refusalOf({ added, usable, small, room }, limits));
    if (small.length > 0) change({ files: [...before, ...small.slice(0, room).map(staged)] });
  }

  return {
    failure,
    add,
    remove(index) {
      setFailure(undefined);
      change({ files: files.filter((_, n) => n !== index) });
    },
  };
}

const staged = (file: File): DraftFile => ({
  name: file.name,
  size: file.size,
  type: file.type,
  blob: file,
});

/** A folder that was dropped looks like a file, but has no bytes. */
const isReadable = (file: File): Promise<boolean> =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );

interface Sorted {
  added: readonly File[];
  /** Those of `added` that can be read. */
  usable: readonly File[];
  /** Those of `usable` that are not too large. */
  small: readonly File[];
  /** How many more the message may have. */
  room: number;
}

/** Says why some files are not added. */
function refusalOf(
  { added, usable, small, room }: Sorted,
  { message_files: count, file_bytes: bytes }: MessageLimits,
): string | undefined {
  const large = usable.find((file) => !small.includes(file));
  if (large && bytes !== null)
    return t('composer.tooLarge', { name: large.name, size: sizeOf(bytes) });
  if (small.length > room) return t('composer.tooManyFiles', { count });
  return usable.length < added.length ? t('composer.unreadable') : undefined;
}
