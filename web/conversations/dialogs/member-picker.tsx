import { type KeyboardEvent, useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useListbox } from '../../ui/use-listbox.ts';
import { people, useSearch } from './use-search.ts';

export interface PickedMember {
  id: string;
  name: string;
}

interface MemberPickerProps {
  label: string;
  picked: readonly PickedMember[];
  onChange(picked: readonly PickedMember[]): void;
}

/** Chooses members: those chosen as chips, then a field that finds others. */
export function MemberPicker({ label, picked, onChange }: MemberPickerProps) {
  const [query, setQuery] = useState('');
  const [isOpen, setOpen] = useState(false);
  const { found, failure } = useSearch(query, people);
  const isPicked = (id: string): boolean => picked.some((one) => one.id === id);
  const others = found.filter(({ id, is_blocked }) => !isPicked(id) && !is_blocked);
  const shown = isOpen ? others : [];
  const { field, listId, option, onKeyDown } = useListbox({
    keys: shown.map(({ id }) => id),
    onChoose(id) {
      const person = others.find((one) => one.id === id);
      if (person) onChange([...picked, { id, name: person.surname || t('author.unknown') }]);
      setQuery('');
    },
  });

  function onKey(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Backspace' && query === '') onChange(picked.slice(0, -1));
    else if (event.key === 'Escape' && isOpen && shown.length > 0) {
      // The dialog stays open.
      event.preventDefault();
      setOpen(false);
    } else if (!onKeyDown(event) && event.key === 'ArrowDown') setOpen(true);
  }

  return (
    <div className="picker">
      <label htmlFor={`${listId}-field`}>{label}</label>
      <div className="picked">
        {picked.map(({ id, name }) => (
          <span key={id} className="chip">
            <Avatar id={id} name={name} size={18} />
            <span dir="auto">{name}</span>
            <IconButton
              icon="close"
              label={t('action.remove', { name })}
              onClick={() => onChange(picked.filter((one) => one.id !== id))}
            />
          </span>
        ))}
        <input
          {...field}
          id={`${listId}-field`}
          type="text"
          dir="auto"
          autoComplete="off"
          placeholder={t('new.findMember')}
          value={query}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            setQuery(event.target.value);
            setOpen(true);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div id={listId} className="listbox" role="listbox" aria-label={label}>
        {shown.map(({ id, surname }) => (
          <div key={id} className="option" {...option(id)}>
            <Avatar id={id} name={surname} size={30} />
            <span className="name" dir="auto">
              {surname}
            </span>
          </div>
        ))}
      </div>
      {failure !== undefined && <p className="failure">{failure}</p>}
    </div>
  );
}
