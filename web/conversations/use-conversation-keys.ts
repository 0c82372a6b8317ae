import { useEffect, useRef } from 'react';
import type { RoomRow } from '../../client/index.ts';
import { navigate } from '../route.ts';

/**
 * Keys of the whole page: Ctrl+K finds, Alt+↑ and Alt+↓ open the conversation before or after the
 * open one, with Shift an unread one.
 */
export function useConversationKeys(
  rows: readonly RoomRow[],
  openId: string | undefined,
  onFind: () => void,
): void {
  const latest = useRef({ rows, openId, onFind });
  latest.current = { rows, openId, onFind };
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const { rows, openId, onFind } = latest.current;
      const isFind = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (document.querySelector('dialog[open], [role="dialog"]')) return;
      if (isFind && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onFind();
      } else if (event.altKey && !event.ctrlKey && !event.metaKey && step !== undefined) {
        event.preventDefault();
        const room = nextRoom(rows, openId, step, event.shiftKey);
        if (room) navigate({ entityId: room.entity_id });
      }
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Returns the conversation after the open one, or before it if `step` is -1. */
function nextRoom(
  rows: readonly RoomRow[],
  openId: string | undefined,
  step: number,
  isUnread: boolean,
): RoomRow | undefined {
  const at = rows.findIndex(({ entity_id }) => entity_id === openId);
  const start = at === -1 && step < 0 ? rows.length : at;
  for (let index = start + step; index >= 0 && index < rows.length; index += step) {
    const room = rows[index];
    if (room && (!isUnread || room.unread_count > 0)) return room;
  }
  return undefined;
}
