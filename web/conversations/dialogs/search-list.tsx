import { Avatar } from '../../ui/avatar.tsx';
import { useListbox } from '../../ui/use-listbox.ts';

/** What can be chosen: a conversation, a member or a room. */
export interface Choice {
  /** Differs among all choices of a list. */
  key: string;
  /** The id by which it has its colour. */
  id: string;
  name: string;
  isRoom: boolean;
  /** Said after its name. */
  aside?: string;
  choose(): void;
}

export interface Section {
  title?: string;
  choices: readonly Choice[];
}

interface SearchListProps {
  label: string;
  query: string;
  onQuery(query: string): void;
  sections: readonly Section[];
  isSearching: boolean;
  failure: string | undefined;
  /** Shown where nothing has been found. */
  empty: string;
}

/** A search field with what it finds. */
export function SearchList(props: SearchListProps) {
  const { label, query, onQuery, isSearching, failure, empty } = props;
  const sections = props.sections.filter(({ choices }) => choices.length > 0);
  const all = sections.flatMap(({ choices }) => choices);
  const { field, listId, option, onKeyDown } = useListbox({
    keys: all.map(({ key }) => key),
    onChoose: (key) => all.find((choice) => choice.key === key)?.choose(),
  });
  const isNothing = all.length === 0 && !isSearching && failure === undefined;
  return (
    <div className="search-list">
      <input
        {...field}
        type="text"
        dir="auto"
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        placeholder={label}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (!event.nativeEvent.isComposing) onKeyDown(event);
        }}
      />
      <div
        id={listId}
        className="listbox"
        role="listbox"
        aria-label={label}
        aria-busy={isSearching}
      >
        {sections.map(({ title, choices }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields.
          <div key={title ?? ''} role="group" aria-label={title}>
            {title !== undefined && (
              <p className="title" aria-hidden="true">
                {title}
              </p>
            )}
            {choices.map(({ key, id, name, isRoom, aside }) => (
              <div key={key} className="option" {...option(key)}>
                <Avatar id={id} name={name} isRoom={isRoom} size={30} />
                <span className="name" dir="auto">
                  {name}
                </span>
                {aside && <span className="aside">{aside}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      <div role="status">{isNothing && <p className="empty">{empty}</p>}</div>
      {failure !== undefined && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
      {isSearching && all.length === 0 && <Placeholders />}
    </div>
  );
}

const Placeholders = () => (
  <div aria-hidden="true">
    {[0, 1, 2, 3].map((n) => (
      <div key={n} className="row skeleton short">
        <span className="avatar" />
        <span className="bar" />
      </div>
    ))}
  </div>
);
