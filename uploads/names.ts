import { extname } from 'node:path';
import sanitize from 'sanitize-filename';

/** Control characters, and marks that are not seen or turn the reading direction (joiners stay: scripts and emoji need them). */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}]/gu;
const mostBytes = 200;

/** A name that can be saved under on every system: no path, nothing unseen, not too long, its extension kept. */
export function safeName(given: string): string {
  const base = (given.toWellFormed().split(/[/\\]/).at(-1) ?? '').normalize('NFC').replace(unseen, '');
  const visible = base.replace(/^[.\s]+/, '');
  const extension = extname(visible);
  if (extension.length > 33) return sanitize(cut(visible)) || 'file';
  return sanitize(cut(visible.slice(0, visible.length - extension.length)) + extension) || 'file';
}

/** As many of its first characters as fit. */
function cut(text: string): string {
  const characters = [...text.slice(0, 2 * mostBytes)];
  let bytes = 0;
  const tooMany = characters.findIndex((character) => {
    bytes += Buffer.byteLength(character);
    return bytes > mostBytes;
  });
  return (tooMany < 0 ? characters : characters.slice(0, tooMany)).join('');
}

/** Without the dot, lower case; empty when the name has none that is one. */
export const extensionOf = (name: string): string => /\.([0-9a-z]{1,16})$/.exec(name.toLowerCase())?.[1] ?? '';
