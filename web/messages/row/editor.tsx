import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { CallError, type ShownMessage } from '../../../client/index.ts';
import { useClient } from '../../../client/react.ts';
import { useComposition } from '../../composer/use-composition.ts';
import { useGrowth } from '../../composer/use-growth.ts';
import { t } from '../../i18n/translate.ts';
import { Sentence, useAction } from '../../ui/use-action.ts';
import { useMessageActions } from '../actions/context.ts';

/** Edits a message in its row. Enter saves, Shift+Enter begins a line, Esc cancels. */
export function Editor({ row }: { row: ShownMessage }) {
  const { endEditing } = useMessageActions();
  const [text, setText] = useState(row.message);
  const [version, setVersion] = useState(row.version);
  const field = useRef<HTMLTextAreaElement>(null);
  const composition = useComposition();
  useCursorAtEnd(field);
  useGrowth(field, text);
  const isChangedElsewhere = row.version > version;
  const { run, isRunning, failure } = useEdit(row.message_id);

  function end(): void {
    const article = field.current?.closest('article');
    endEditing();
    article?.focus({ preventScroll: true });
  }

  async function save(): Promise<void> {
    if (text.trim() === '' && row.files.length === 0) return;
    if (text === row.message) return end();
    if (await run(text, version)) end();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    event.stopPropagation();
    if (composition.confirms(event.nativeEvent)) return;
    if (event.key === 'Escape') end();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void save();
    }
  }

  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={t('edit.label')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onCompositionEnd={composition.onEnd}
      />
      {isChangedElsewhere && (
        <Conflict text={row.message} onReplace={() => setVersion(row.version)} />
      )}
      {failure && !isChangedElsewhere && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="submit" className="button primary" disabled={isRunning || isChangedElsewhere}>
          {t('action.save')}
        </button>
        <button type="button" className="button" onClick={end}>
          {t('action.cancel')}
        </button>
        <span className="hint">{t('edit.hint')}</span>
      </footer>
    </form>
  );
}

/** Changes the text of a message that still has this version. */
function useEdit(messageId: string) {
  const { api } = useClient();
  return useAction(async (message: string, version: number) => {
    try {
      await api.chat.edit({ message_id: messageId, message, version });
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'VERSION_MISMATCH') throw error;
      throw new Sentence(t('edit.conflict'));
    }
  });
}

function Conflict({ text, onReplace }: { text: string; onReplace: () => void }) {
  return (
    <div className="conflict" role="alert">
      <p>{t('edit.changed')}</p>
      <blockquote dir="auto">{text}</blockquote>
      <button type="button" className="link" onClick={onReplace}>
        {t('edit.replace')}
      </button>
    </div>
  );
}

/** Puts the cursor at the end when editing begins. */
function useCursorAtEnd(field: { current: HTMLTextAreaElement | null }): void {
  useLayoutEffect(() => {
    const element = field.current;
    element?.focus({ preventScroll: true });
    element?.setSelectionRange(element.value.length, element.value.length);
  }, [field]);
}
