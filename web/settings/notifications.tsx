import { useState } from 'react';
import type { CallParams, CallResult } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { muteNames, mutes } from '../notify/notify.ts';
import { useAction } from '../ui/use-action.ts';
import { useReading } from '../ui/use-reading.ts';

const switches = ['mentions_only', 'notify_on_reactions'] as const;
const mobile = ['always', 'only_when_inactive'] as const;

/** What the member is notified of in this hub, and whether this browser shows it. */
export function Notifications() {
  const { api } = useClient();
  const { value: settings, failure: unread } = useReading(
    '',
    (signal) => api.setting.get_user({}, { signal }),
    (event) => event.name === 'setting.patch_user' || event.name === 'setting.reset_user',
  );
  const { run, failure } = useAction((change: CallParams<'setting.patch_user'>) =>
    api.setting.patch_user(change),
  );
  return (
    <div className="form" aria-busy={settings === undefined}>
      <Desktop />
      {settings && (
        <>
          <fieldset>
            <legend>{t('settings.ofHub')}</legend>
            <Mute {...{ settings, run }} />
            {switches.map((name) => (
              <label key={name} className="choice-row">
                <input
                  type="checkbox"
                  checked={settings[name] === 1}
                  disabled={settings.muted === 1}
                  onChange={(event) => void run({ [name]: event.target.checked ? 1 : 0 })}
                />
                <span>
                  {t(`settings.${name}`)}
                  <small>{t(`settings.${name}.text`)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <fieldset>
            <legend>{t('settings.mobile')}</legend>
            {mobile.map((one) => (
              <label key={one} className="choice-row">
                <input
                  type="radio"
                  name="mobile"
                  checked={settings.mobile_notifications === one}
                  onChange={() => void run({ mobile_notifications: one })}
                />
                {t(`settings.mobile.${one}`)}
              </label>
            ))}
          </fieldset>
        </>
      )}
      {(failure ?? unread) && (
        <p className="failure" role="alert">
          {failure ?? unread}
        </p>
      )}
    </div>
  );
}

interface MuteProps {
  settings: CallResult<'setting.get_user'>;
  run(change: CallParams<'setting.patch_user'>): Promise<unknown>;
}

/** Mutes the whole hub, for good or until a time. */
function Mute({ settings: { muted, muted_until_ms: untilMs }, run }: MuteProps) {
  function choose(value: string): void {
    const chosen = muteNames.find((one) => one === value);
    const until = chosen && mutes[chosen]();
    void run({ muted: chosen ? 1 : 0, ...(until === undefined ? {} : { muted_until_ms: until }) });
  }
  return (
    <label>
      {t('settings.muted')}
      <select
        value={muted === 0 ? 'off' : untilMs === null ? 'none' : 'until'}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="off">{t('settings.muted.off')}</option>
        {untilMs !== null && (
          <option value="until">{t('notify.until', { when: whenOf(untilMs) })}</option>
        )}
        {muteNames.map((one) => (
          <option key={one} value={one}>
            {t(`notify.${one}`)}
          </option>
        ))}
      </select>
      <small>{t('settings.muted.text')}</small>
    </label>
  );
}

const permissionOf = (): NotificationPermission | 'missing' =>
  'Notification' in globalThis ? Notification.permission : 'missing';

/** Asks the browser whether notifications of the desktop may be shown. */
function Desktop() {
  const [permission, setPermission] = useState(permissionOf);
  return (
    <fieldset>
      <legend>{t('settings.desktop')}</legend>
      <p>{t(`settings.desktop.${permission}`)}</p>
      {permission === 'default' && (
        <button
          type="button"
          className="button"
          onClick={async () => setPermission(await Notification.requestPermission())}
        >
          {t('settings.desktop.ask')}
        </button>
      )}
    </fieldset>
  );
}
