import { type KeyboardEvent, useRef, useState } from 'react';
import { t } from '../../i18n/translate.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { choiceOfPerson, choiceOfPublicRoom } from './choices.ts';
import { NewGroup } from './new-group.tsx';
import { SearchList } from './search-list.tsx';
import { useJoin } from './use-join.ts';
import { people, publicRooms, useSearch } from './use-search.ts';

const kinds = ['direct', 'group', 'join'] as const;
type Kind = (typeof kinds)[number];

/** Starts a conversation: with a member, in a new group, or in a room that anyone may join. */
export function NewConversation({ onClose }: { onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('direct');
  return (
    <Dialog title={t('conversations.new')} className="new-conversation" onClose={onClose}>
      <Tabs kind={kind} onChange={setKind} />
      <div role="tabpanel" id="new-panel" aria-labelledby={`new-${kind}`} key={kind}>
        {kind === 'direct' && <Direct onClose={onClose} />}
        {kind === 'group' && <NewGroup onClose={onClose} />}
        {kind === 'join' && <Join onClose={onClose} />}
      </div>
    </Dialog>
  );
}

function Tabs({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent): void {
    const isRtl = document.documentElement.dir === 'rtl';
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && kinds.at((kinds.indexOf(kind) + (isRtl ? -step : step)) % kinds.length);
    if (!next) return;
    event.preventDefault();
    onChange(next);
    list.current?.querySelector<HTMLElement>(`#new-${next}`)?.focus();
  }

  return (
    <div
      className="tabs"
      role="tablist"
      aria-label={t('conversations.new')}
      ref={list}
      onKeyDown={onKeyDown}
    >
      {kinds.map((one) => (
        <button
          key={one}
          id={`new-${one}`}
          type="button"
          role="tab"
          aria-selected={one === kind}
          aria-controls="new-panel"
          tabIndex={one === kind ? 0 : -1}
          onClick={() => onChange(one)}
        >
          {t(`new.${one}`)}
        </button>
      ))}
    </div>
  );
}

function Direct({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { found, ...search } = useSearch(query, people);
  return (
    <SearchList
      label={t('new.findMember')}
      query={query}
      onQuery={setQuery}
      {...search}
      sections={[{ choices: found.map((person) => choiceOfPerson(person, onClose)) }]}
      empty={t(query === '' ? 'new.nobody' : 'find.nothing')}
    />
  );
}

function Join({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { found, failure, isSearching } = useSearch(query, publicRooms);
  const join = useJoin(onClose);
  const choices = found.map((room) => choiceOfPublicRoom(room, (id) => void join.run(id)));
  return (
    <SearchList
      label={t('new.findRoom')}
      query={query}
      onQuery={setQuery}
      sections={[{ choices }]}
      isSearching={isSearching}
      failure={join.failure ?? failure}
      empty={t(query === '' ? 'new.noRooms' : 'find.nothing')}
    />
  );
}
