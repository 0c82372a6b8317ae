import { useEffect, useState } from 'react';
import type { CallResult, Chat } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';

export type MessageLimits = CallResult<'hub.info'>['limits'];

/** Those of the contract, until the service has said which are configured. */
const ofContract: MessageLimits = {
  message_characters: 10_000,
  message_files: 100,
  file_bytes: null,
};

const asked = new WeakMap<Chat['api'], Promise<MessageLimits>>();

/** Asks once for each session. */
function limitsOf(api: Chat['api']): Promise<MessageLimits> {
  const known = asked.get(api) ?? api.hub.info().then(({ limits }) => limits);
  asked.set(api, known);
  known.catch(() => asked.delete(api));
  return known;
}

/** Returns what a message may have at most. */
export function useLimits(): MessageLimits {
  const { api } = useClient();
  const [limits, setLimits] = useState(ofContract);
  useEffect(() => {
    limitsOf(api).then(setLimits, () => {});
  }, [api]);
  return limits;
}
