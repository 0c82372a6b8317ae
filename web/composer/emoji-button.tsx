import { type RefObject, Suspense, useRef, useState } from 'react';
import { t } from '../i18n/translate.ts';
import { rememberEmoji } from '../reactions/recent.ts';
import { Dialog } from '../ui/dialog.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Boundary } from '../ui/parts/boundary.tsx';
import { part } from '../ui/parts/part.ts';
import type { Insert } from './use-insertion.ts';

const EmojiPicker = part(async () => (await import('../reactions/emoji-picker.tsx')).EmojiPicker);

interface EmojiButtonProps {
  field: RefObject<HTMLTextAreaElement | null>;
  insert: Insert;
}

/** Puts an emoji where the cursor is. */
export function EmojiButton({ field, insert }: EmojiButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);

  function choose(emoji: string): void {
    const { selectionStart: from = 0, selectionEnd: to = 0 } = field.current ?? {};
    rememberEmoji(emoji);
    insert({ from, to }, emoji);
    setOpen(false);
    // After the dialog has given the focus back to the button.
    requestAnimationFrame(() => field.current?.focus());
  }

  return (
    <>
      <IconButton
        ref={button}
        icon="emoji"
        label={t('composer.emoji')}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      />
      {isOpen && button.current && (
        <Dialog
          title={t('composer.emoji')}
          hasHiddenTitle
          anchor={button.current}
          onClose={() => setOpen(false)}
        >
          <Boundary>
            <Suspense fallback={<div className="emoji-picker" aria-busy="true" />}>
              <EmojiPicker onChoose={choose} />
            </Suspense>
          </Boundary>
        </Dialog>
      )}
    </>
  );
}
