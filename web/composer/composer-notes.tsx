import { useMemo } from 'react';
import { useClient, useObservable } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';

/** So near to the limit it is shown. */
const nearLimit = 500;

/** Returns how many characters are left, which is less than 0 where there are too many. */
export const charactersLeft = (text: string, most: number): number =>
  most - (text.length <= most - nearLimit ? text.length : [...text].length);

interface ComposerNotesProps {
  /** See charactersLeft. */
  left: number;
  failure: string | undefined;
}

/** What the member should know before sending. */
export function ComposerNotes({ left, failure }: ComposerNotesProps) {
  const isKept = useDurability() === 'persistent';
  return (
    <div className="composer-notes">
      {!isKept && <p>{t('composer.notKept')}</p>}
      <div role="status">
        {left < 0 && <p className="failure">{t('composer.tooLong', { count: -left })}</p>}
        {left >= 0 && left < nearLimit && <p>{t('composer.charactersLeft', { count: left })}</p>}
      </div>
      <div role="alert">{failure !== undefined && <p className="failure">{failure}</p>}</div>
    </div>
  );
}

function useDurability(): 'persistent' | 'memory' {
  const { outbox } = useClient();
  return useObservable(
    useMemo(
      () => ({ subscribe: outbox.subscribe, getSnapshot: () => outbox.durability }),
      [outbox],
    ),
  );
}
