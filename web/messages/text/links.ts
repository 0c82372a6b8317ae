import { tokenize } from 'linkifyjs';

/** A part of a text: a link where it has an address. */
interface TextPart {
  shown: string;
  href?: string;
}

/** Splits a text at its links. Those that look like another address are shown as they are. */
export const partsOf = (text: string): TextPart[] =>
  tokenize(text).map((token) => {
    const shown = token.toString();
    const href = token.isLink ? safeHref(token.toHref('https')) : undefined;
    if (href === undefined) return { shown };
    return { shown: isDeceptive(shown) ? href : shown, href };
  });

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * Returns the address as the browser writes it, with hosts in ASCII; undefined if not allowed, as
 * one that has a user's name, which looks like its host.
 */
function safeHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, username, password, href } = new URL(address);
  return schemes.has(protocol) && username + password === '' ? href : undefined;
}

const hidden = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
const latin = /\p{Script=Latin}/u;
/** Letters that are not Latin and look like some that are; those of East Asia do not. */
const foreign = /(?![\p{sc=Latin}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])\p{L}/u;

/** Whether a host mixes scripts, or marks are in it that are not seen or change the direction. */
function isDeceptive(shown: string): boolean {
  const host = shown.replace(/^\w+:(\/\/)?/, '').replace(/[/?#].*$/s, '');
  return hidden.test(shown) || (latin.test(host) && foreign.test(host));
}
