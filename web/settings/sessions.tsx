import { useState } from 'react';
import { useClient } from '../../client/react.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useAction } from '../ui/use-action.ts';
import { useReading } from '../ui/use-reading.ts';

/** As many as one call of session.list returns. */
const pageRows = 45;

/** The member's sessions in all browsers, and the keys that act as them. */
export function Sessions() {
  const { api } = useClient();
  const [pages, setPages] = useState(1);
  const { value, failure, again } = useReading(String(pages), async (signal) => {
    const rows = await api.session.list({}, { signal });
    for (let page = 1; page < pages && rows.length === page * pageRows; page += 1) {
      const after = rows.at(-1)?.session_id;
      rows.push(...(await api.session.list(after ? { after } : {}, { signal })));
    }
    return rows;
  });
  const revoking = useAction(async (sessionId?: string) => {
    await api.session.revoke(sessionId === undefined ? {} : { session_id: sessionId });
    again();
  });
  const others = value?.filter(({ is_current }) => !is_current) ?? [];
  const isComplete = (value?.length ?? 0) < pages * pageRows;
  return (
    <div className="form" aria-busy={value === undefined}>
      <p className="aside">{t('settings.sessionsText')}</p>
      <ul className="entries">
        {value?.map(({ session_id: id, kind, user_agent: agent, ctime, is_current: isThis }) => (
          <li key={id}>
            <div>
              <p className="name" dir="auto">
                {agentOf(agent) || t('settings.unknownAgent')}
              </p>
              <p className="aside">
                {isThis === 1 && <strong>{t('settings.thisSession')} · </strong>}
                {t(kind === 'key' ? 'settings.actingKey' : 'settings.since', {
                  when: whenOf(ctime * 1000),
                })}
              </p>
            </div>
            {isThis === 0 && (
              <button
                type="button"
                className="button"
                aria-label={t('settings.endSession', { name: agentOf(agent) })}
                disabled={revoking.isRunning}
                onClick={() => void revoking.run(id)}
              >
                {t('settings.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {(failure ?? revoking.failure) && (
        <p className="failure" role="alert">
          {failure ?? revoking.failure}
        </p>
      )}
      <footer>
        {!isComplete && (
          <button type="button" className="button" onClick={() => setPages(pages + 1)}>
            {t('settings.moreSessions')}
          </button>
        )}
        {others.length > 0 && (
          <button
            type="button"
            className="button danger"
            disabled={revoking.isRunning}
            onClick={() => void revoking.run()}
          >
            {t('settings.endOthers')}
          </button>
        )}
      </footer>
    </div>
  );
}

const browsers = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'] as const;
const systems = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS X', 'CrOS', 'Linux'] as const;
const names: Readonly<Record<string, string>> = {
  Edg: 'Edge',
  OPR: 'Opera',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
};

/** Returns the browser and system of a user agent, or what it says of itself. */
function agentOf(agent: string): string {
  const found = [browsers, systems].flatMap((list) => {
    const one = list.find((name) => agent.includes(name));
    return one === undefined ? [] : [names[one] ?? one];
  });
  return agent.startsWith('Mozilla/') && found.length > 0 ? found.join(' · ') : agent;
}
