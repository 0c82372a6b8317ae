import { useEffect, useState } from 'react';
import { ChatProvider, useObservable } from '../client/react.ts';
import { language, t } from './i18n/translate.ts';
import { watchKept } from './kept.ts';
import { Layout } from './layout/layout.tsx';
import { LogIn } from './login/log-in.tsx';
import { useLogOutEnd } from './login/use-log-out-end.ts';
import {
  forgetIdentity,
  isLogOutPending,
  NotEnded,
  NotMember,
  openSession,
  type Session,
} from './session.ts';
import { SessionContext } from './session-context.ts';
import { Boundary } from './ui/parts/boundary.tsx';
import { sentenceOf } from './ui/use-action.ts';

type State =
  | { kind: 'opening' }
  | { kind: 'logged-out'; notice?: string | undefined }
  | { kind: 'failed'; reason: string }
  | { kind: 'open'; session: Session };

/** The page: the log-in form, or the chat of the member. */
export function App() {
  const [state, setState] = useState<State>({ kind: 'opening' });
  // Everything is rendered again in another language.
  const locale = useObservable(language);

  async function open(): Promise<void> {
    setState({ kind: 'opening' });
    try {
      const session = await openSession();
      setState(session ? { kind: 'open', session } : { kind: 'logged-out' });
    } catch (error) {
      const sentence = sentenceOf(error);
      const isLoggedOut = error instanceof NotMember || error instanceof NotEnded;
      if (isLoggedOut) setState({ kind: 'logged-out', notice: sentence });
      else setState({ kind: 'failed', reason: sentence });
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened.
  useEffect(() => void open(), []);
  useLogOutEnd(state.kind === 'logged-out' && isLogOutPending(), () =>
    setState({ kind: 'logged-out' }),
  );
  const opened = state.kind === 'open' ? state.session : undefined;
  useEffect(
    () =>
      opened &&
      watchKept('log-out', (value) => {
        // Another member may have logged out, whose page was still open in another tab.
        if (value !== opened.identity.userId) return;
        void opened.chat.forget();
        setState({ kind: 'logged-out', notice: t('login.notEnded') });
      }),
    [opened],
  );

  if (state.kind === 'opening') return <main className="centred" aria-busy="true" />;
  if (state.kind === 'failed') return <Failure reason={state.reason} onRetry={open} />;
  if (state.kind === 'logged-out') return <LogIn notice={state.notice} onLogIn={open} />;
  const { session } = state;
  const end = (hasEnded: boolean): void => {
    session.chat.close();
    if (hasEnded) forgetIdentity(session.identity);
    const left = isLogOutPending() ? t('login.notEnded') : undefined;
    setState({ kind: 'logged-out', notice: hasEnded ? t('login.ended') : left });
  };
  return (
    <SessionContext value={{ ...session, end }}>
      <ChatProvider chat={session.chat}>
        <Boundary isPage>
          <Layout key={locale} />
        </Boundary>
      </ChatProvider>
    </SessionContext>
  );
}

const Failure = ({ reason, onRetry }: { reason: string; onRetry: () => void }) => (
  <main className="centred">
    <div className="card" role="alert">
      <h1>{t('error.title')}</h1>
      <p>{reason}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t('action.retry')}
      </button>
    </div>
  </main>
);
