import { type KeyboardEvent, memo, Suspense, use, useDeferredValue, useRef, useState } from 'react';
import { searchKey } from '../i18n/search-key.ts';
import { type MessageId, t } from '../i18n/translate.ts';
import { type Emoji, emojiGroups } from './emoji.ts';
import { quickEmoji } from './recent.ts';

interface EmojiPickerProps {
  /** Those that are shown as pressed. */
  chosen?: readonly string[];
  onChoose(emoji: string): void;
}

const groupNames: readonly MessageId[] = [
  ...(['emoji.smileys', 'emoji.people', 'emoji.nature', 'emoji.food', 'emoji.travel'] as const),
  ...(['emoji.activities', 'emoji.objects', 'emoji.symbols', 'emoji.flags'] as const),
];
const none: readonly string[] = [];

/** Six emoji at once, and all others by a search or by the arrow keys. */
export function EmojiPicker({ chosen = none, onChoose }: EmojiPickerProps) {
  const [text, setText] = useState('');
  const key = useDeferredValue(searchKey(text.trim()));
  const picker = useRef<HTMLDivElement>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const [onPick] = useState(() => (emoji: string) => choose.current(emoji));

  /** What is shown may be behind what was typed. */
  async function chooseFirst(): Promise<void> {
    const searched = searchKey(text.trim());
    const [first] = searched === '' ? [] : matching(await emojiGroups(), searched);
    if (first) onPick(first.emoji);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const all = [...(picker.current?.querySelectorAll<HTMLElement>('.emoji') ?? [])];
    const at = all.indexOf(event.target as HTMLElement);
    const isField = event.target instanceof HTMLInputElement;
    if (isField && event.key === 'Enter') void chooseFirst();
    else {
      const to = isField
        ? event.key === 'ArrowDown' && all[quickEmoji().length]
        : targetOf(event.key, all, at);
      if (!to) return;
      to.focus();
    }
    event.preventDefault();
  }

  return (
    <div className="emoji-picker" ref={picker} {...{ onKeyDown }}>
      <div className="quick">
        {quickEmoji().map((emoji) => (
          <EmojiButton
            key={emoji}
            name={emoji}
            {...{ emoji, onPick }}
            isChosen={chosen.includes(emoji)}
          />
        ))}
      </div>
      <input
        type="search"
        aria-label={t('emoji.search')}
        placeholder={t('emoji.search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="emoji-groups">
        <Suspense>
          <Groups {...{ searched: key, chosen, onPick }} />
        </Suspense>
      </div>
    </div>
  );
}

/** Those whose name begins with what is searched come first. */
function matching(groups: readonly (readonly Emoji[])[], searched: string): Emoji[] {
  const found = groups.flat().filter(({ key }) => key.includes(searched));
  const isFirst = ({ key }: Emoji): boolean => key.startsWith(searched);
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}

interface GroupProps {
  chosen: readonly string[];
  onPick(emoji: string): void;
}

function Groups({ searched, ...rest }: GroupProps & { searched: string }) {
  const groups = use(emojiGroups());
  if (searched === '')
    return groups.map((emoji, at) => {
      const name = groupNames[at];
      return name && <Group key={name} label={t(name)} emoji={emoji} {...rest} />;
    });
  const found = matching(groups, searched);
  if (found.length === 0) return <p className="hint">{t('emoji.none')}</p>;
  return <Group label={t('emoji.found')} emoji={found} {...rest} />;
}

const Group = memo(
  ({
    label,
    emoji: all,
    chosen,
    onPick,
  }: GroupProps & { label: string; emoji: readonly Emoji[] }) => (
    <section aria-label={label}>
      <h3>{label}</h3>
      <div className="emoji-grid">
        {all.map(({ emoji, name }) => (
          <EmojiButton key={emoji} {...{ emoji, name, onPick }} isChosen={chosen.includes(emoji)} />
        ))}
      </div>
    </section>
  ),
);

interface EmojiButtonProps {
  emoji: string;
  name: string;
  isChosen: boolean;
  onPick(emoji: string): void;
}

const EmojiButton = ({ emoji, name, isChosen, onPick }: EmojiButtonProps) => (
  <button
    type="button"
    className="emoji"
    aria-label={name}
    aria-pressed={isChosen}
    title={name}
    onClick={() => onPick(emoji)}
  >
    {emoji}
  </button>
);

/** The button that an arrow key leads to: the next one, or the nearest of the next row. */
function targetOf(key: string, all: readonly HTMLElement[], at: number): HTMLElement | undefined {
  const from = all[at];
  if (!from) return undefined;
  const isRtl = document.documentElement.dir === 'rtl';
  if (key === 'ArrowLeft' || key === 'ArrowRight')
    return all[at + ((key === 'ArrowRight') === isRtl ? -1 : 1)];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const place = from.getBoundingClientRect();
  const beyond = key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, at).reverse();
  const isElsewhere = (one: HTMLElement) =>
    Math.abs(one.getBoundingClientRect().top - place.top) > 4;
  const first = beyond.find(isElsewhere)?.getBoundingClientRect();
  if (!first) return undefined;
  const row = beyond.filter((one) => Math.abs(one.getBoundingClientRect().top - first.top) < 4);
  const distance = (one: HTMLElement) => Math.abs(one.getBoundingClientRect().left - place.left);
  return row.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}
