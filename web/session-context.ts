import { createContext, useContext } from 'react';
import type { Session } from './session.ts';

interface OpenSession extends Session {
  /** Shows the log-in form; `hasEnded` says there that the session has ended. */
  end(hasEnded: boolean): void;
}

export const SessionContext = createContext<OpenSession | undefined>(undefined);

/** Returns the session of the member who is logged in. */
export function useSession(): OpenSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionContext around it.');
  return session;
}
