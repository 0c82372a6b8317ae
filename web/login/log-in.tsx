import { type FormEvent, useEffect, useRef } from 'react';
import { CallError } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';
import { logIn } from '../session.ts';
import { Sentence, useAction } from '../ui/use-action.ts';

interface LogInProps {
  /** Why the member must log in. */
  notice?: string | undefined;
  onLogIn(): void;
}

/** The log-in form. */
export function LogIn({ notice, onLogIn }: LogInProps) {
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const { run, isRunning, failure } = useAction(async (email: string, secret: string) => {
    await logIn(email, secret).catch((error: unknown) => {
      const isWrong = error instanceof CallError && error.code === 'NOT_AUTHENTICATED';
      throw isWrong ? new Sentence(t('login.wrong')) : error;
    });
  });
  useEffect(() => {
    document.title = `${t('login.title')} · hubchat`;
    email.current?.focus();
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    if (await run(String(fields.get('email')), String(fields.get('password')))) return onLogIn();
    password.current?.select();
  }

  return (
    <main className="centred">
      <form className="card" onSubmit={submit}>
        <h1>{t('login.title')}</h1>
        {notice !== undefined && <p role="status">{notice}</p>}
        <label>
          {t('login.email')}
          <input name="email" type="email" autoComplete="username" required ref={email} />
        </label>
        <label>
          {t('login.password')}
          <input
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </label>
        {failure && (
          <p className="failure" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="button primary" disabled={isRunning}>
          {t('login.submit')}
        </button>
      </form>
    </main>
  );
}
