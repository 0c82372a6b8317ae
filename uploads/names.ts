import { extname } from 'node:path';
import sanitize from 'sanitize-filename';

/** Control characters, and marks that are not seen or turn the reading direction (joiners stay: scripts and emoji need them). */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}]/gu;
const mostBytes = 200;

/** A name that can be saved under on every system: no path, nothing unseen, not hidden, not too long, its extension kept. */
export function safeName(given: string): string {
  const base = (given.toWellFormed().split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .replace(unseen, '');
  const extension = extname(base);
  const isLong = extension.length > 33;
  return (
    tidy(isLong ? cut(base) : cut(base.slice(0, base.length - extension.length)) + extension) ||
    'file'
  );
}

/** What goes may uncover what must go as well. */
function tidy(name: string): string {
  const tidier = sanitize(name)
    .replace(/^[.\s]+/, '')
    .trimEnd();
  return tidier === name ? name : tidy(tidier);
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
export const extensionOf = (name: string): string =>
  /\.([0-9a-z]{1,16})$/.exec(name.toLowerCase())?.[1] ?? '';
