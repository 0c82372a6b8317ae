import { useState } from 'react';
import { CallError } from '../../client/index.ts';
import { type MessageId, t } from '../i18n/translate.ts';

export interface Action<Args extends readonly unknown[]> {
  run(...args: Args): Promise<boolean>;
  isRunning: boolean;
  /** Why the last run failed, as a sentence. */
  failure: string | undefined;
}

/** Runs something that may fail; `run` resolves with whether it succeeded. */
export function useAction<Args extends readonly unknown[]>(
  work: (...args: Args) => Promise<unknown>,
): Action<Args> {
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<string>();
  async function run(...args: Args): Promise<boolean> {
    setRunning(true);
    setFailure(undefined);
    try {
      await work(...args);
      return true;
    } catch (error) {
      setFailure(sentenceOf(error));
      return false;
    } finally {
      setRunning(false);
    }
  }
  return { run, isRunning, failure };
}

/** Returns why something failed, for the reader. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Sentence) return error.message;
  if (!(error instanceof CallError)) return t('error.connection');
  const { code, message, requestId, retryAfter } = error;
  if (code === 'PERMISSION_DENIED') return t('error.permission');
  if (code === 'RATE_LIMITED') return t('error.rate', { seconds: retryAfter ?? 60 });
  if (code === 'INTERNAL_ERROR' || code === 'UNAVAILABLE')
    return t('error.service', { id: requestId ?? '' });
  const known = sentences[code];
  return known ? t(known) : message;
}

/** Refusals that members meet, in words of the page. */
const sentences: Readonly<Record<string, MessageId>> = {
  MESSAGE_NOT_FOUND: 'error.gone',
  NOT_ENABLED: 'error.noReactions',
  PIN_LIMIT: 'error.pinLimit',
  REACTION_LIMIT: 'error.reactionLimit',
  ROOM_ARCHIVED: 'error.roomArchived',
};

/** An error whose message is written for the reader. */
export class Sentence extends Error {
  override readonly name = 'Sentence';
}
