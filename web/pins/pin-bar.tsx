import { useState } from 'react';
import type { Pin } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { useMessageActions } from '../messages/actions/context.ts';
import { plainText } from '../messages/text/marks.ts';
import { Icon, IconButton } from '../ui/icon-button.tsx';

/** The pinned messages, one at a time, under the header of a conversation. */
export function PinBar({ pins }: { pins: readonly Pin[] }) {
  const { show } = useMessageActions();
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, pins.length - 1);
  const pin = pins[at];
  if (!pin) return undefined;
  const isHidden = pin.author_id === undefined;
  return (
    <section className="pin-bar" aria-label={t('pins.title')}>
      <Icon icon="pin" />
      <button
        type="button"
        className="pinned"
        disabled={isHidden}
        title={t('pins.show')}
        onClick={() => show(pin.message_id)}
      >
        {isHidden ? t('pins.hidden') : <Excerpt pin={pin} />}
      </button>
      {pins.length > 1 && (
        <>
          <span className="position">{t('pins.position', { at: at + 1, count: pins.length })}</span>
          <IconButton
            icon="down"
            label={t('pins.next')}
            onClick={() => setChosen((at + 1) % pins.length)}
          />
        </>
      )}
    </section>
  );
}

const Excerpt = ({ pin }: { pin: Pin }) => (
  <>
    <b dir="auto">{pin.from?.name ?? pin.entity?.surname}</b>{' '}
    <span dir="auto">{plainText(pin.message) || t('message.file')}</span>
  </>
);
