import { useEffect, useState } from 'react';
import type { AnyEvent, EventData, MessageData } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';
import { t } from '../i18n/translate.ts';
import { useSession } from '../session-context.ts';
import { plainText } from './text/marks.ts';

/** Messages that come within so long are announced together, in milliseconds. */
const batchMs = 700;

/**
 * Lets screen readers announce new messages: author and text, or how many if there are several.
 * What was written before is not announced.
 */
export function Announcer({ entityId }: { entityId: string }) {
  const { store } = useClient();
  const { userId: me } = useSession().identity;
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let batch: MessageData[] = [];
    function announce(): void {
      const [first] = batch;
      const isOne = batch.length === 1 && first;
      setText(isOne ? sentenceOf(first, me) : t('announce.several', { count: batch.length }));
      batch = [];
    }
    const end = store.onEvents((events) => {
      const added = events.flatMap((event) => messageOf(event, entityId));
      if (added.length === 0) return;
      batch.push(...added);
      clearTimeout(timer);
      timer = setTimeout(announce, batchMs);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [store, entityId, me]);
  return (
    <div className="hidden-text" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  );
}

function messageOf({ name, entity_id, data }: AnyEvent, entityId: string): MessageData[] {
  if (entity_id !== entityId || (name !== 'chat.post' && name !== 'chat.forward')) return [];
  const message = data as EventData['chat.post'];
  return 'deleted' in message ? [] : [message];
}

function sentenceOf({ author_id, from, entity, message }: MessageData, me: string): string {
  const name = from?.name ?? (author_id === me ? t('author.you') : entity.surname);
  return t('announce.one', {
    author: name || t('author.unknown'),
    text: plainText(message) || t('message.file'),
  });
}
