import { type KeyboardEvent, useMemo } from 'react';
import { useClient, useObservable } from '../../client/react.ts';
import { useComposition } from '../composer/use-composition.ts';
import { t } from '../i18n/translate.ts';
import { IconButton } from '../ui/icon-button.tsx';

interface ThreadComposerProps {
  entityId: string;
  threadId: string;
}

/** Where the member answers in a thread; what is written is kept until it is sent. */
export function ThreadComposer({ entityId, threadId }: ThreadComposerProps) {
  const chat = useClient();
  const { view, set, leave } = useMemo(
    () => chat.draft(entityId, threadId),
    [chat, entityId, threadId],
  );
  const { text = '' } = useObservable(view) ?? {};
  const composition = useComposition();

  async function send(): Promise<void> {
    if (text.trim() === '') return;
    await leave(chat.outbox.send({ entityId, threadId, message: text }));
  }

  function onKeyDown(event: KeyboardEvent): void {
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
          rows={2}
          dir="auto"
          aria-label={t('thread.reply')}
          placeholder={t('thread.reply')}
          value={text}
          onChange={(event) => void set({ text: event.target.value })}
          onKeyDown={onKeyDown}
          onCompositionEnd={composition.onEnd}
        />
        <IconButton
          type="submit"
          className="primary"
          icon="send"
          label={t('thread.send')}
          disabled={text.trim() === ''}
        />
      </div>
    </form>
  );
}
