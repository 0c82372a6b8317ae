import type { AnyEvent, RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { plainText } from '../messages/text/marks.ts';
import { hrefOf } from '../route.ts';
import { useReading } from '../ui/use-reading.ts';
import { Section } from './section.tsx';

const changing: ReadonlySet<AnyEvent['name']> = new Set([
  ...(['chat.pin', 'chat.unpin', 'chat.edit', 'chat.delete'] as const),
  ...(['room.update', 'room.purge'] as const),
]);

/** The pinned messages of a conversation; each leads to its place. */
export function Pins({ room: { entity_id: entityId } }: { room: RoomRow }) {
  const { api } = useClient();
  const { value: pins } = useReading(
    entityId,
    (signal) => api.chat.pins({ entity_id: entityId }, { signal }),
    (event) => event.entity_id === entityId && changing.has(event.name),
  );
  const shown = pins?.filter(({ entity }) => entity !== undefined) ?? [];
  if (shown.length === 0) return undefined;
  return (
    <Section title={t('details.pins')} aside={shown.length}>
      <ul className="pins">
        {shown.map(({ message_id: messageId, message, entity, from, ctime_ms: ms = 0 }) => (
          <li key={messageId}>
            <a className="pin" href={hrefOf({ entityId, messageId })}>
              <span className="name" dir="auto">
                {from?.name ?? entity?.surname}
              </span>
              <time>{whenOf(ms)}</time>
              <span className="excerpt" dir="auto">
                {plainText(message) || t('message.file')}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
