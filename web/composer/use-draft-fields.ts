import { useCallback, useMemo } from 'react';
import type { Draft, DraftFile } from '../../client/index.ts';
import { useClient, useObservable } from '../../client/react.ts';

export interface DraftFields {
  text: string;
  replyTo: string | undefined;
  mentionIds: readonly string[];
  files: readonly DraftFile[];
  /** Changes some of it; it is kept in this browser at once. */
  change(by: Partial<Draft>): void;
  /** Sends it, and leaves an empty composer. */
  send(mentionIds: readonly string[]): Promise<void>;
}

const noIds: readonly string[] = [];
const noFiles: readonly DraftFile[] = [];

/** Returns what is written in a conversation and not sent yet. */
export function useDraftFields(entityId: string): DraftFields {
  const chat = useClient();
  const { view, set, leave } = useMemo(() => chat.draft(entityId), [chat, entityId]);
  const draft = useObservable(view);

  const change = useCallback(
    (by: Partial<Draft>): void => void set({ text: '', ...view.getSnapshot(), ...by }),
    [view, set],
  );
  const send = useCallback(
    async (mentionIds: readonly string[]): Promise<void> => {
      const sent = view.getSnapshot();
      if (!sent) return;
      const files = (sent.files ?? []).map(
        ({ blob, name, type }) => new File([blob], name, { type }),
      );
      const outgoing = { entityId, message: sent.text, threadId: sent.replyTo, mentionIds, files };
      await leave(chat.outbox.send(outgoing));
    },
    [chat, entityId, view, leave],
  );

  const { text = '', replyTo, mentionIds = noIds, files = noFiles } = draft ?? {};
  return { text, replyTo, mentionIds, files, change, send };
}
