import { type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from 'react';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { useComposition } from './use-composition.ts';

interface ComposerProps {
  entityId: string;
  /** The name of the conversation. */
  name: string;
}

/** Where the member writes. Enter sends, Shift+Enter begins a line. */
export const Composer = memo(({ entityId, name }: ComposerProps) => {
  const { outbox } = useClient();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const composition = useComposition();
  useGrowth(field, text);

  async function send(): Promise<void> {
    if (text.trim() === '') return;
    setText('');
    field.current?.focus();
    await outbox.send({ entityId, message: text });
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== 'Enter' || event.shiftKey || composition.confirms(event.nativeEvent)) return;
    event.preventDefault();
    void send();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="fields">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder', { name })}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onCompositionEnd={composition.onEnd}
        />
        <IconButton
          type="submit"
          className="primary"
          icon="send"
          label={t('composer.send')}
          disabled={text.trim() === ''}
        />
      </div>
    </form>
  );
});

/** Lets a field grow with its text; CSS limits it. */
function useGrowth(field: { current: HTMLTextAreaElement | null }, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [field, text]);
}
