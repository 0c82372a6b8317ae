import { extname } from 'node:path';
import { isInvisible } from '../acl/text/characters.ts';

/**
 * Control characters, and marks that are invisible or change the reading direction. Joiners are not
 * among them, because scripts and emoji need them.
 */
const invisible =
  /[\p{Cc}\p{Zl}\p{Zp}\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
/** What the usual file systems allow. */
const maxBytes = 255;
const maxExtensionLength = 33;

/**
 * Returns the name to store for a file: without a path, invisible characters and surrounding space,
 * and not longer than file systems allow; its extension is kept. Characters and names that only
 * some systems reserve, such as `con.jpg` or `a:b.png`, are kept, because bytes are stored under an
 * id: a browser replaces what its own system does not take.
 */
export function safeName(given: string): string {
  const base = (given.toWellFormed().split(/[/\\]/).at(-1) ?? '')
    .replace(invisible, '')
    .normalize('NFC')
    .trim();
  if (isInvisible(base.replaceAll('.', ''))) return 'file';
  const extension = extname(base);
  if (extension.length > maxExtensionLength) return shorten(base, maxBytes).trimEnd();
  const stem = base.slice(0, base.length - extension.length);
  return (shorten(stem, maxBytes - Buffer.byteLength(extension)) + extension).trimEnd();
}

/** Returns the first characters, as many as fit into the limit of bytes. */
function shorten(text: string, max: number): string {
  const characters = [...text.slice(0, max)];
  let bytes = 0;
  const tooMany = characters.findIndex((character) => {
    bytes += Buffer.byteLength(character);
    return bytes > max;
  });
  return (tooMany < 0 ? characters : characters.slice(0, tooMany)).join('');
}

/** Returns the extension in lower case, without the dot; empty without a usual one (`.bashrc`). */
export const extensionOf = (name: string): string =>
  /.\.([0-9a-z]{1,16})$/s.exec(name.toLowerCase())?.[1] ?? '';
