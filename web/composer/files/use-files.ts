import { useState } from 'react';
import type { DraftFile } from '../../../client/index.ts';
import { t } from '../../i18n/translate.ts';
import type { DraftFields } from '../use-draft-fields.ts';

/** Files of one message, as the contract allows. */
const mostFiles = 100;

export interface StagedFiles {
  /** Why the last files were not added. */
  failure: string | undefined;
  add(files: readonly File[]): Promise<void>;
  remove(index: number): void;
}

/** Adds files to a draft, and removes them. */
export function useFiles({ files, change }: DraftFields): StagedFiles {
  const [failure, setFailure] = useState<string>();

  async function add(added: readonly File[]): Promise<void> {
    const readable = await Promise.all(added.map(isReadable));
    const usable = added.filter((_, n) => readable[n]);
    const room = Math.max(0, mostFiles - files.length);
    if (usable.length > room) setFailure(t('composer.tooManyFiles', { count: mostFiles }));
    else setFailure(usable.length < added.length ? t('composer.unreadable') : undefined);
    if (usable.length > 0) change({ files: [...files, ...usable.slice(0, room).map(staged)] });
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
  ...{ name: file.name, size: file.size, type: file.type },
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
