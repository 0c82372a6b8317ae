import type { RoomRow } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { momentOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useAction } from '../ui/use-action.ts';
import { Section } from './section.tsx';

const levels = ['default', 'all', 'mentions', 'none'] as const;
/** For so many hours a conversation can be muted. */
const pauses = [1, 8, 24, 168] as const;
const hourMs = 3_600_000;

/** What notifies the member in a conversation, for good or muted until a time. */
export function Notify({ room }: { room: RoomRow }) {
  const { api } = useClient();
  const { entity_id: entityId, notify_level: level, notify_until_ms: untilMs } = room;
  const { run, isRunning, failure } = useAction((chosen: string) => {
    const hours = Number(chosen);
    return Number.isNaN(hours)
      ? api.chat.notify({ entity_id: entityId, level: chosen as (typeof levels)[number] })
      : api.chat.notify({
          ...{ entity_id: entityId, level: 'none' },
          until_ms: Date.now() + hours * hourMs,
        });
  });
  // Before its first message a direct conversation has no settings.
  if (room.room_id === null) return undefined;
  return (
    <Section title={t('settings.notifications')}>
      <select
        aria-label={t('settings.notifications')}
        value={level}
        disabled={isRunning}
        onChange={(event) => void run(event.target.value)}
      >
        {levels.map((one) => (
          <option key={one} value={one}>
            {t(`details.notify.${one}`)}
          </option>
        ))}
        {pauses.map((hours) => (
          <option key={hours} value={hours}>
            {t('details.notify.pause', { hours })}
          </option>
        ))}
      </select>
      {untilMs !== null && (
        <p className="aside">{t('details.notify.until', { time: momentOf(untilMs) })}</p>
      )}
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </Section>
  );
}
