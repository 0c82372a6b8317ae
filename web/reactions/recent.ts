import { keep, recall } from '../kept.ts';

/** What is offered first: the member's latest, then these. */
const usual = ['👍', '❤️', '😂', '🎉', '👀', '✅'];

/** Returns the six emoji that are offered first. */
export function quickEmoji(): readonly string[] {
  const latest = recall('emoji')?.split(' ').filter(Boolean) ?? [];
  return [...new Set([...latest, ...usual])].slice(0, usual.length);
}

/** Remembers an emoji among the first. */
export function rememberEmoji(emoji: string): void {
  keep('emoji', [...new Set([emoji, ...quickEmoji()])].slice(0, usual.length).join(' '));
}
