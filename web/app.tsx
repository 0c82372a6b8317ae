import { useEffect, useState } from 'react';
import { ChatProvider, useObservable } from '../client/react.ts';
import { language, t } from './i18n/translate.ts';
import { Layout } from './layout/layout.tsx';
import { LogIn } from './login/log-in.tsx';
import { NotMember, openSession, type Session } from './session.ts';
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
      if (error instanceof NotMember) setState({ kind: 'logged-out', notice: sentence });
      else setState({ kind: 'failed', reason: sentence });
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened.
  useEffect(() => void open(), []);

  if (state.kind === 'opening') return <main className="centred" aria-busy="true" />;
  if (state.kind === 'failed') return <Failure reason={state.reason} onRetry={open} />;
  if (state.kind === 'logged-out') return <LogIn notice={state.notice} onLogIn={open} />;
  const { session } = state;
  const end = (hasEnded: boolean): void => {
    session.chat.close();
    setState({ kind: 'logged-out', notice: hasEnded ? t('login.ended') : undefined });
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
