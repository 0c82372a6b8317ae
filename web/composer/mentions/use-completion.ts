import { type KeyboardEvent, type RefObject, useState } from 'react';
import { useListbox } from '../../ui/use-listbox.ts';
import type { DraftFields } from '../use-draft-fields.ts';
import type { Insert } from '../use-insertion.ts';
import { type Mentionable, matching, queryAt } from './mentions.ts';
import { useMentionable } from './use-mentionable.ts';

export interface Completion {
  people: readonly Mentionable[];
  listbox: ReturnType<typeof useListbox>;
  /** Call it when the cursor may have moved. */
  look(): void;
  /** Returns whether the key was one of the list. */
  onKeyDown(event: KeyboardEvent): boolean;
  close(): void;
}

/** Completes the names of mentions after an `@`. */
export function useCompletion(
  entityId: string,
  isGroup: boolean,
  field: RefObject<HTMLTextAreaElement | null>,
  { text, mentionIds }: DraftFields,
  insert: Insert,
): Completion {
  const [cursor, setCursor] = useState(-1);
  /** The `@` after which Esc was pressed. */
  const [closedAt, setClosedAt] = useState(-1);
  const found = cursor < 0 ? undefined : queryAt(text, cursor);
  const mentionable = useMentionable(entityId, isGroup, text.includes('@'));
  const isOpen = found !== undefined && found.at !== closedAt;
  const people = isOpen ? matching(mentionable, found.query) : [];

  const listbox = useListbox({
    keys: people.map(({ id }) => id),
    choosesByTab: true,
    onChoose(id) {
      const person = people.find((one) => one.id === id);
      if (!person || !found) return;
      insert({ from: found.at, to: cursor }, `@${person.name} `, {
        mentionIds: [...new Set([...mentionIds, id])],
      });
      setCursor(-1);
    },
  });

  return {
    people,
    listbox,
    look() {
      const { selectionStart, selectionEnd } = field.current ?? {};
      setCursor(selectionStart === selectionEnd ? (selectionStart ?? -1) : -1);
    },
    onKeyDown(event) {
      if (people.length === 0) return false;
      if (event.key !== 'Escape') return listbox.onKeyDown(event);
      event.preventDefault();
      setClosedAt(found?.at ?? -1);
      return true;
    },
    close: () => setCursor(-1),
  };
}
