import { t } from '../i18n/translate.ts';
import { Dialog } from '../ui/dialog.tsx';

/** The keys of the page, as they are written on the keyboard, and what each does. */
const keys = [
  { keys: ['Ctrl', 'K'], text: 'keyboard.find' },
  { keys: ['Alt', '↓'], text: 'keyboard.nextConversation' },
  { keys: ['Alt', '↑'], text: 'keyboard.previousConversation' },
  { keys: ['Alt', 'Shift', '↓'], text: 'keyboard.nextUnread' },
  { keys: ['F6'], text: 'keyboard.nextRegion' },
  { keys: ['Shift', 'F6'], text: 'keyboard.previousRegion' },
  { keys: ['↑', '↓'], text: 'keyboard.move' },
  { keys: ['R'], text: 'keyboard.reply' },
  { keys: ['E'], text: 'keyboard.edit' },
  { keys: ['U'], text: 'keyboard.unread' },
  { keys: ['Delete'], text: 'keyboard.delete' },
  { keys: ['↑'], text: 'keyboard.editLast' },
  { keys: ['Enter'], text: 'keyboard.send' },
  { keys: ['Shift', 'Enter'], text: 'keyboard.line' },
  { keys: ['Esc'], text: 'keyboard.close' },
  { keys: ['?'], text: 'keyboard.help' },
] as const;

/** Which keys the page knows. */
export const Keyboard = ({ onClose }: { onClose(): void }) => (
  <Dialog title={t('keyboard.title')} className="keyboard" onClose={onClose}>
    <dl>
      {keys.map(({ keys: together, text }) => (
        <div key={text}>
          <dt dir="ltr">
            {together.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{t(text)}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
