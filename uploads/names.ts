import { extname } from 'node:path';
import sanitize from 'sanitize-filename';

/**
 * Control characters, and marks that are invisible or change the reading direction. Joiners are not
 * among them, because scripts and emoji need them.
 */
const invisible =
  /[\p{Cc}\p{Zl}\p{Zp}\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const maxBytes = 200;
const maxExtensionLength = 33;

/**
 * Returns a name under which every system can save a file: without a path and invisible characters,
 * not hidden, not too long. The extension is kept.
 */
export function safeName(given: string): string {
  const base = (given.toWellFormed().split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .replace(invisible, '');
  const extension = extname(base);
  const name =
    extension.length > maxExtensionLength
      ? shorten(base)
      : shorten(base.slice(0, base.length - extension.length)) + extension;
  return sanitizeFully(name) || 'file';
}

/** Repeats until nothing changes: what is removed may uncover more to remove. */
function sanitizeFully(name: string): string {
  const sanitized = sanitize(name)
    .replace(/^[.\s]+/, '')
    .trimEnd();
  return sanitized === name ? name : sanitizeFully(sanitized);
}

/** Returns the first characters, as many as fit into the limit of bytes. */
function shorten(text: string): string {
  const characters = [...text.slice(0, 2 * maxBytes)];
  let bytes = 0;
  const tooMany = characters.findIndex((character) => {
    bytes += Buffer.byteLength(character);
    return bytes > maxBytes;
  });
  return (tooMany < 0 ? characters : characters.slice(0, tooMany)).join('');
}

/** Returns the extension in lower case and without the dot; empty without a usual one. */
export const extensionOf = (name: string): string =>
  /\.([0-9a-z]{1,16})$/.exec(name.toLowerCase())?.[1] ?? '';
