import { type FormEvent, useState } from 'react';
import { useClient } from '../../client/react.ts';
import { whenOf } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { useAction } from '../ui/use-action.ts';
import { useReading } from '../ui/use-reading.ts';

/** What a key may do, by its privilege. */
const permissions = { viewer: 3, member: 7, moderator: 15, admin: 31, owner: 63 } as const;
type Permission = keyof typeof permissions;
const named = Object.keys(permissions) as Permission[];

/** The hub's API keys, for its admins. */
export function Keys() {
  const { api } = useClient();
  const [secret, setSecret] = useState<string>();
  const [question, setQuestion] = useState<Question>();
  const { value, failure, again } = useReading(
    '',
    (signal) => api.key.list({}, { signal }),
    (event) => event.name === 'key.create',
  );
  const revoke = (id: string, name: string): void =>
    setQuestion({
      title: t('settings.revokeKey', { name }),
      text: t('settings.revokeKeyText'),
      label: t('settings.revoke'),
      isDangerous: true,
      run: async () => {
        await api.key.revoke({ key_id: id });
        again();
      },
    });
  return (
    <div className="form" aria-busy={value === undefined}>
      {secret === undefined ? (
        <NewKey
          onMade={(key) => {
            setSecret(key);
            again();
          }}
        />
      ) : (
        <Secret secret={secret} onDone={() => setSecret(undefined)} />
      )}
      <ul className="entries">
        {value
          ?.filter(({ is_revoked }) => !is_revoked)
          .map(({ key_id: id, name, permission, kind, ctime }) => (
            <li key={id}>
              <div>
                <p className="name" dir="auto">
                  {name}
                </p>
                <p className="aside">
                  {t('settings.keyFacts', {
                    permission: permissionName(permission),
                    kind,
                    when: whenOf(ctime * 1000),
                  })}
                </p>
              </div>
              <button
                type="button"
                className="button"
                aria-label={t('settings.revokeKey', { name })}
                onClick={() => revoke(id, name)}
              >
                {t('settings.revoke')}
              </button>
            </li>
          ))}
      </ul>
      {failure && <p className="failure">{failure}</p>}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </div>
  );
}

function permissionName(permission: number): string {
  const found = named.find((name) => permissions[name] === permission);
  return found ? t(`settings.permission.${found}`) : String(permission);
}

function NewKey({ onMade }: { onMade(secret: string): void }) {
  const { api } = useClient();
  const { identity } = useSession();
  const { run, isRunning, failure } = useAction(async (name: string, permission: number) =>
    onMade((await api.key.create({ name, permission })).key),
  );
  // Nobody gives a key more than they have.
  const offered = named.filter(
    (name) => (identity.privilege & permissions[name]) === permissions[name],
  );
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void run(String(fields.get('name')), Number(fields.get('permission')));
  }
  return (
    <form className="form" onSubmit={submit}>
      <label>
        {t('settings.keyName')}
        <input name="name" required maxLength={255} dir="auto" autoComplete="off" />
      </label>
      <label>
        {t('settings.keyPermission')}
        <select name="permission" defaultValue={permissions.member}>
          {offered.map((name) => (
            <option key={name} value={permissions[name]}>
              {t(`settings.permission.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      <footer>
        <button type="submit" className="button primary" disabled={isRunning}>
          {t('settings.createKey')}
        </button>
      </footer>
    </form>
  );
}

function Secret({ secret, onDone }: { secret: string; onDone(): void }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="secret" role="status">
      <p>{t('settings.secretText')}</p>
      <input
        readOnly
        dir="ltr"
        aria-label={t('settings.secret')}
        value={secret}
        onFocus={(event) => event.target.select()}
      />
      <footer>
        <button
          type="button"
          className="button"
          onClick={() => navigator.clipboard?.writeText(secret).then(() => setCopied(true))}
        >
          {t(isCopied ? 'settings.copied' : 'settings.copy')}
        </button>
        <button type="button" className="button primary" onClick={onDone}>
          {t('settings.secretDone')}
        </button>
      </footer>
    </div>
  );
}
