import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../ui/avatar.tsx';
import type { Completion } from './use-completion.ts';

/** Those whose name completes a mention. */
export function CompletionList({ people, listbox }: Completion) {
  const hasAny = people.length > 0;
  return (
    <div className="completion-anchor">
      <div role="status" className="hidden-text">
        {hasAny && t('composer.suggestions', { count: people.length })}
      </div>
      {hasAny && (
        <div
          id={listbox.listId}
          className="listbox completion"
          role="listbox"
          aria-label={t('composer.mention')}
        >
          {people.map(({ id, name }) => (
            <div key={id} className="option" {...listbox.option(id)}>
              <Avatar id={id} name={name} size={30} />
              <span className="name" dir="auto">
                {name}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
