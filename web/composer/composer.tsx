import { type FormEvent, memo, useRef } from 'react';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { request } from '../ui/requests.ts';
import { ComposerNotes, charactersLeft } from './composer-notes.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { AttachButton } from './files/attach-button.tsx';
import { FileChips } from './files/file-chips.tsx';
import { useFileDrop } from './files/use-file-drop.ts';
import { useFiles } from './files/use-files.ts';
import { CompletionList } from './mentions/completion-list.tsx';
import { useCompletion } from './mentions/use-completion.ts';
import { MessageField } from './message-field.tsx';
import { ReplyBanner } from './reply-banner.tsx';
import { type DraftFields, useDraftFields } from './use-draft-fields.ts';
import { useInsertion } from './use-insertion.ts';
import { useLimits } from './use-limits.ts';
import { useTypingSignal } from './use-typing-signal.ts';

interface ComposerProps {
  entityId: string;
  /** The name of the conversation. */
  name: string;
  isGroup: boolean;
}

/** Where the member writes; what is written is kept until it is sent. */
export const Composer = memo(({ entityId, name, isGroup }: ComposerProps) => {
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraftFields(entityId);
  const { text, replyTo, change } = draft;
  const limits = useLimits();
  const files = useFiles(draft, limits);
  const insert = useInsertion(field, draft);
  const completion = useCompletion(entityId, isGroup, field, draft, insert);
  const typing = useTypingSignal(entityId);
  const mentioned = useMentioned(draft);
  const isOver = useFileDrop(form, attach);
  const hasContent = text.trim() !== '' || draft.files.length > 0;
  const left = charactersLeft(text, limits.message_characters);
  const isReady = hasContent && left >= 0;

  function attach(added: readonly File[]): void {
    field.current?.focus();
    void files.add(added);
  }

  function send(event?: FormEvent): void {
    event?.preventDefault();
    if (!isReady) return;
    typing.stopped();
    completion.close();
    field.current?.focus();
    void draft.send(mentioned());
    request('show-newest', { entityId });
  }

  return (
    <form className="composer" ref={form} onSubmit={send}>
      {isOver && <p className="drop-hint">{t('composer.drop')}</p>}
      <CompletionList {...completion} />
      {replyTo !== undefined && (
        <ReplyBanner messageId={replyTo} onCancel={() => change({ replyTo: undefined })} />
      )}
      <FileChips files={draft.files} onRemove={files.remove} />
      <div className="fields">
        <AttachButton onFiles={attach} />
        <MessageField
          {...{ field, entityId, name, draft, completion, typing }}
          onSend={send}
          onFiles={attach}
        />
        <EmojiButton {...{ field, insert }} />
        <IconButton
          type="submit"
          className="primary"
          icon="send"
          label={t('composer.send')}
          disabled={!isReady}
        />
      </div>
      <ComposerNotes {...{ left }} failure={files.failure} />
    </form>
  );
});

/** Returns a function that returns the ids of those whose mentions are still in the text. */
function useMentioned({ text, mentionIds }: DraftFields): () => readonly string[] {
  const { store } = useClient();
  return () => {
    const members = store.members(mentionIds).getSnapshot();
    return mentionIds.filter((id) => {
      const name = members.get(id)?.surname;
      return name === undefined || text.includes(`@${name}`);
    });
  };
}
