import { type FocusEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import type { ChatMessage } from '../../client/index.ts';
import { useSession } from '../session-context.ts';
import { isOwn, type Tool, useMessageActions } from './actions/context.ts';

interface LogKeysOptions {
  messages: readonly ChatMessage[];
  /** End was pressed. */
  onEnd(): void;
  /** Esc was pressed at a message. */
  onLeave(): void;
}

/** What stops the focus inside of a message, in the order of the page. */
const inside = 'a[href], button:not(:disabled), video, audio';

/**
 * Makes a log one stop of the Tab key. ↑ and ↓ move between messages, Home and End to the first and
 * the latest; Enter goes to the links and buttons of a message, Esc back. R, E, U and Delete are
 * the tools of a message.
 */
export function useLogKeys({ messages, onEnd, onLeave }: LogKeysOptions) {
  const { userId: me } = useSession().identity;
  const { run } = useMessageActions();
  const [focused, setFocused] = useState<string>();
  const isAmong = focused !== undefined && messages.some(({ key }) => key === focused);
  const stop = isAmong ? focused : messages.at(-1)?.key;
  const focus = useKeptFocus();

  function runTool(article: HTMLElement, tool: Tool): void {
    const row = messages.find(({ key }) => key === article.dataset.key)?.row;
    if (row && (tool !== 'edit' || isOwn(row, me)) && (tool !== 'unread' || !isOwn(row, me)))
      run(tool, row, article);
  }

  function onRowKey(event: KeyboardEvent, article: HTMLElement): boolean {
    const tool = toolOfKey(event);
    if (tool) runTool(article, tool);
    else if (event.key === 'ArrowUp') rowFrom(article, -1)?.focus();
    else if (event.key === 'ArrowDown') rowFrom(article, 1)?.focus();
    else if (event.key === 'Home') rowsAround(article)[0]?.focus();
    else if (event.key === 'End') onEnd();
    else if (event.key === 'Enter') article.querySelector<HTMLElement>(inside)?.focus();
    else if (event.key === 'Escape') onLeave();
    else return false;
    return true;
  }

  return {
    stop,
    handlers: {
      onKeyDown(event: KeyboardEvent): void {
        const { target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
        if (ctrlKey || metaKey || altKey || defaultPrevented) return;
        if (!(target instanceof HTMLElement)) return;
        const article = target.closest('article');
        if (!article) return;
        const isDone = target === article ? onRowKey(event, article) : onInnerKey(event, article);
        if (!isDone) return;
        event.preventDefault();
        event.stopPropagation();
      },
      onFocus({ target }: FocusEvent): void {
        const article = target.closest('article');
        focus.current = article ?? undefined;
        setFocused(article?.dataset.key);
      },
      onBlur({ relatedTarget, target }: FocusEvent): void {
        // An element that is removed has no next one; then the log keeps the focus.
        if (relatedTarget || target.isConnected) focus.current = undefined;
      },
    },
  };
}

/** Keys between the links and buttons of a message. */
function onInnerKey({ key, shiftKey, target }: KeyboardEvent, article: HTMLElement): boolean {
  const isField = target instanceof HTMLTextAreaElement || target instanceof HTMLMediaElement;
  if (isField && key !== 'Escape') return false;
  const all = [...article.querySelectorAll<HTMLElement>(inside)];
  const at = all.indexOf(target as HTMLElement);
  const isRtl = getComputedStyle(article).direction === 'rtl';
  const [before, after] = isRtl ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
  if (key === 'Escape') article.focus();
  else if (key === after || key === 'ArrowDown' || (key === 'Tab' && !shiftKey))
    all[(at + 1) % all.length]?.focus();
  else if (key === before || key === 'ArrowUp' || key === 'Tab') all.at(at - 1)?.focus();
  else return false;
  return true;
}

const toolKeys: Readonly<Record<string, Tool>> = { r: 'reply', e: 'edit', u: 'unread' };

/** The tool of a key; on keyboards without Latin letters, by the place of the key. */
function toolOfKey({ key, code }: KeyboardEvent): Tool | undefined {
  if (key === 'Delete') return 'delete';
  const letter = /^[a-z]$/i.test(key) ? key : key.length === 1 ? code.replace('Key', '') : '';
  return toolKeys[letter.toLowerCase()];
}

const rowsAround = (article: HTMLElement): HTMLElement[] => [
  ...(article.parentElement?.querySelectorAll<HTMLElement>(':scope > article') ?? []),
];

function rowFrom(article: HTMLElement, step: number): HTMLElement | undefined {
  const rows = rowsAround(article);
  const to = rows.indexOf(article) + step;
  return to < 0 ? undefined : rows[to];
}

/** Where the message with the focus is removed, the nearest one that is left gets it. */
function useKeptFocus() {
  const focused = useRef<HTMLElement>(undefined);
  const place = useRef<{ log: Element; at: number }>(undefined);
  useLayoutEffect(() => {
    const { current: article } = focused;
    if (!article) return;
    if (article.isConnected) {
      const log = article.parentElement;
      if (log) place.current = { log, at: rowsAround(article).indexOf(article) };
      return;
    }
    focused.current = undefined;
    if (document.activeElement !== document.body || !place.current) return;
    const rows = place.current.log.querySelectorAll<HTMLElement>(':scope > article');
    rows[Math.min(place.current.at, rows.length - 1)]?.focus({ preventScroll: true });
  });
  return focused;
}
