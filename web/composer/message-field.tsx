import { type ClipboardEvent, type KeyboardEvent, type RefObject, useEffect } from 'react';
import { t } from '../i18n/translate.ts';
import { request, useRequest } from '../ui/requests.ts';
import type { Completion } from './mentions/use-completion.ts';
import { useComposition } from './use-composition.ts';
import type { DraftFields } from './use-draft-fields.ts';
import { useGrowth } from './use-growth.ts';
import type { TypingSignal } from './use-typing-signal.ts';

interface MessageFieldProps {
  field: RefObject<HTMLTextAreaElement | null>;
  entityId: string;
  /** The name of the conversation. */
  name: string;
  draft: DraftFields;
  completion: Completion;
  typing: TypingSignal;
  onSend(): void;
  onFiles(files: readonly File[]): void;
}

/** The text of the message. Enter sends, Shift+Enter begins a line. */
export function MessageField(props: MessageFieldProps) {
  const { field, entityId, name, draft, completion, typing, onSend, onFiles } = props;
  const { text, change } = draft;
  const composition = useComposition();
  useGrowth(field, text);
  useFocus(field, entityId);

  function onKeyDown(event: KeyboardEvent): void {
    if (composition.confirms(event.nativeEvent) || completion.onKeyDown(event)) return;
    const act = event.shiftKey || event.altKey ? undefined : actionOf(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  function actionOf(key: string): (() => void) | undefined {
    if (key === 'Enter') return onSend;
    if (key === 'ArrowUp' && text === '') return () => request('edit-last', { entityId });
    if (key === 'Escape' && draft.replyTo !== undefined)
      return () => change({ replyTo: undefined });
    return undefined;
  }

  function onChange(written: string): void {
    change({ text: written });
    completion.look();
    if (written.trim() === '') typing.stopped();
    else typing.typed();
  }

  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      aria-label={t('composer.label')}
      aria-autocomplete="list"
      aria-controls={completion.people.length > 0 ? completion.listbox.listId : undefined}
      aria-activedescendant={completion.listbox.field['aria-activedescendant']}
      placeholder={t('composer.placeholder', { name })}
      value={text}
      onChange={({ target }) => onChange(target.value)}
      onSelect={completion.look}
      onBlur={() => {
        completion.close();
        typing.stopped();
      }}
      onKeyDown={onKeyDown}
      onCompositionEnd={composition.onEnd}
      onPaste={(event) => pasteFiles(event, onFiles)}
    />
  );
}

function pasteFiles(event: ClipboardEvent, onFiles: MessageFieldProps['onFiles']): void {
  const { files, types } = event.clipboardData;
  // Where there is text too, as from a table, the picture is its other form.
  if (files.length === 0 || types.includes('text/plain')) return;
  event.preventDefault();
  onFiles([...files]);
}

/** A finger has no use for the cursor: the keyboard would cover what it wants to read. */
const hasMouse = matchMedia('(hover: hover)').matches;

/** Puts the cursor into the field when the conversation is opened, and when it is asked for. */
function useFocus(field: RefObject<HTMLTextAreaElement | null>, entityId: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each conversation.
  useEffect(() => {
    // After the draft, if there is one.
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
    if (hasMouse) field.current?.focus({ preventScroll: true });
  }, [field, entityId]);
  useRequest('focus-composer', (asked) => {
    if (asked.entityId === entityId) field.current?.focus();
  });
}
