import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

export interface MenuItem {
  label: string;
  run(): void;
  /** Given for an item that is one of a choice. */
  isChosen?: boolean;
  isDangerous?: boolean;
}

interface MenuProps {
  label: string;
  /** The menu opens below this element, or above it where there is no room. */
  anchor: RefObject<HTMLElement | null>;
  items: readonly MenuItem[];
  onClose(): void;
}

/** A menu at an element. Arrow keys, Home, End and letters move; Esc and Tab close it. */
export function Menu({ label, anchor, items, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const place = usePlace(menu, anchor);
  useEffect(() => {
    const before = document.activeElement;
    itemsIn(menu.current)[0]?.focus({ preventScroll: true });
    return () => {
      const isLost = document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useClosing(menu, anchor, onClose);

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation();
    const all = itemsIn(menu.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = targetOf(event.key, at, all);
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      anchor.current?.focus();
      onClose();
    } else if (to) {
      event.preventDefault();
      to.focus();
    }
  }

  return (
    <div
      className="menu"
      role="menu"
      aria-label={label}
      ref={menu}
      style={place}
      {...{ onKeyDown }}
    >
      {items.map(({ label: name, run, isChosen, isDangerous }) => (
        <button
          key={name}
          type="button"
          {...(isChosen === undefined
            ? { role: 'menuitem' }
            : { role: 'menuitemradio', 'aria-checked': isChosen })}
          className={isDangerous ? 'danger' : undefined}
          tabIndex={-1}
          dir="auto"
          onClick={() => {
            anchor.current?.focus();
            onClose();
            run();
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

const itemsIn = (menu: HTMLElement | null): HTMLElement[] => [
  ...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
];

function targetOf(key: string, at: number, all: readonly HTMLElement[]): HTMLElement | undefined {
  if (key === 'ArrowDown') return all[(at + 1) % all.length];
  if (key === 'ArrowUp') return all.at(at - 1);
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  if ([...key].length > 1) return undefined;
  const startsWith = ({ textContent }: HTMLElement): boolean =>
    textContent.toLocaleLowerCase().startsWith(key.toLocaleLowerCase());
  return [...all.slice(at + 1), ...all.slice(0, at + 1)].find(startsWith);
}

/** Closes the menu by a press elsewhere, and when what it is about moves away. */
function useClosing(
  menu: RefObject<HTMLElement | null>,
  anchor: RefObject<HTMLElement | null>,
  onClose: () => void,
): void {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const isOutside = ({ target }: Event): boolean =>
      target instanceof Node && ![menu, anchor].some(({ current }) => current?.contains(target));
    const look = (event: Event): void => void (isOutside(event) && close.current());
    const follow = ({ target }: Event): void => {
      if (target instanceof Node && target.contains(anchor.current)) close.current();
    };
    const end = (): void => close.current();
    document.addEventListener('pointerdown', look, true);
    document.addEventListener('scroll', follow, true);
    addEventListener('resize', end);
    return () => {
      document.removeEventListener('pointerdown', look, true);
      document.removeEventListener('scroll', follow, true);
      removeEventListener('resize', end);
    };
  }, [menu, anchor]);
}

/** Between the menu and its anchor, and the edge of the page, in pixels. */
const gap = 4;
const margin = 8;

function usePlace(menu: RefObject<HTMLElement | null>, anchor: RefObject<HTMLElement | null>) {
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    const [at, own] = [anchor.current, menu.current].map((one) => one?.getBoundingClientRect());
    if (!at || !own) return;
    const isRtl = document.documentElement.dir === 'rtl';
    // In line with the end of the anchor if the menu leaves the page otherwise.
    const [first, second] = isRtl
      ? [at.right - own.width, at.left]
      : [at.left, at.right - own.width];
    const fits = (left: number) => left >= margin && left + own.width <= innerWidth - margin;
    const left = [first, second].find(fits) ?? margin;
    const below = at.bottom + gap;
    const above = at.top - gap - own.height;
    const isBelow = below + own.height <= innerHeight - margin || above < margin;
    setPlace({ left, top: isBelow ? below : above });
  }, [menu, anchor]);
  return place;
}
