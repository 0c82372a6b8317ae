import type { Mail } from '../../client/index.ts';
import { t } from '../i18n/translate.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns the text of a letter. What is not text is shown as JSON. */
export function bodyOf({ content }: Mail): string {
  if (typeof content.text === 'string') return content.text;
  const { subject: _, ...rest } = content;
  return Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, undefined, 2);
}

/** Returns the subject of a letter, or what it begins with. */
export function subjectOf(mail: Mail): string {
  const { subject } = mail.content;
  const [line = ''] = bodyOf(mail).trim().split('\n');
  return textOf(subject) || line || t('mail.noSubject');
}
