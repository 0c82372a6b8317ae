import { type KeyboardEvent, useEffect, useId, useState } from 'react';

interface ListboxOptions {
  /** The keys of the options, in their order. */
  keys: readonly string[];
  onChoose(key: string): void;
  /** Whether Tab chooses, as in the completion of a word. */
  choosesByTab?: boolean;
}

/**
 * A list of which a text field that keeps the focus chooses: ↑ and ↓ move, Enter chooses. Give
 * `field` to the field and `option` to each option.
 */
export function useListbox({ keys, onChoose, choosesByTab = false }: ListboxOptions) {
  const listId = useId();
  const [chosen, setChosen] = useState<string>();
  const active = keys.find((key) => key === chosen) ?? keys[0];
  const idOf = (key: string): string => `${listId}${key}`;
  const activeId = active === undefined ? undefined : idOf(active);
  useEffect(() => {
    if (activeId !== undefined)
      document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);

  const isEmpty = keys.length === 0;
  useEffect(() => {
    if (isEmpty) setChosen(undefined);
  }, [isEmpty]);

  function choose(key: string): void {
    setChosen(undefined);
    onChoose(key);
  }

  /** Returns whether the key was one of the list. */
  function onKeyDown(event: KeyboardEvent): boolean {
    if (active === undefined) return false;
    const at = keys.indexOf(active);
    const isChoice = event.key === 'Enter' || (choosesByTab && event.key === 'Tab');
    if (event.key === 'ArrowDown') setChosen(keys[(at + 1) % keys.length]);
    else if (event.key === 'ArrowUp') setChosen(keys.at(at - 1));
    else if (isChoice && !event.shiftKey) choose(active);
    else return false;
    event.preventDefault();
    return true;
  }

  return {
    active,
    onKeyDown,
    field: {
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': keys.length > 0,
      'aria-controls': listId,
      'aria-activedescendant': activeId,
    } as const,
    listId,
    option: (key: string) =>
      ({
        id: idOf(key),
        role: 'option',
        'aria-selected': key === active,
        // The field keeps the focus.
        onMouseDown: (event: { preventDefault(): void }) => event.preventDefault(),
        onMouseMove: () => setChosen(key),
        onClick: () => choose(key),
      }) as const,
  };
}
