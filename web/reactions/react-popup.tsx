import type { ShownMessage } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { useMessageActions } from '../messages/actions/context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { EmojiPicker } from './emoji-picker.tsx';
import { rememberEmoji } from './recent.ts';

interface ReactPopupProps {
  row: ShownMessage;
  anchor: HTMLElement;
  onClose(): void;
}

/** Lets the member choose a reaction; one that they gave is taken back. */
export function ReactPopup({ row, anchor, onClose }: ReactPopupProps) {
  const { toggleReaction } = useMessageActions();
  return (
    <Dialog title={t('reactions.choose')} hasHiddenTitle anchor={anchor} onClose={onClose}>
      <EmojiPicker
        chosen={row.my_reactions}
        onChoose={(emoji) => {
          rememberEmoji(emoji);
          toggleReaction(row, emoji);
          onClose();
        }}
      />
    </Dialog>
  );
}
