/* Characters that are not seen, or that change how others are shown. */

/**
 * White space, controls, and what is drawn as nothing. A lone accent, a symbol of a private font
 * and an unassigned character are drawn as something.
 */
const unseen =
  /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb\u2800\u{1d159}]/gu;

/** Whether nothing of a text is seen: to people it is as empty as no text. */
export const isInvisible = (text: string): boolean => text.replace(unseen, '') === '';

/**
 * Embeddings, overrides and isolates: they also reorder what follows the text where it is shown.
 * The marks U+200E, U+200F and U+061C stay, because names of several scripts need them.
 */
const reordering = /[\u202a-\u202e\u2066-\u2069]/g;

export const withoutReordering = (text: string): string => text.replace(reordering, '');

/** Controls and ends of lines and paragraphs. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export const hasControls = (text: string): boolean => controls.test(text);

/**
 * Whether a text has no letter, number, punctuation or symbol that everyone can see: stricter than
 * `isInvisible`, for passwords.
 */
export const isBlank = (text: string): boolean =>
  !/[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(unseen, ''));
