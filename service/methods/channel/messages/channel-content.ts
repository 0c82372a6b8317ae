import type { Content } from '../../../../acl/language/fields.ts';
import { messageText } from '../../../../acl/language/fields.ts';
import { maxChannelContentBytes } from '../../../../acl/language/limits.ts';
import { isInvisible } from '../../../../acl/text/characters.ts';
import type { MessageView } from '../../../../db/reading/messages/views.ts';

/** The columns that keep what a message of a channel says. */
type ChannelContent = Pick<MessageView, 'body' | 'content'>;

/**
 * Returns the text of a message's content, and the whole object if it holds more than the text.
 * Fails with TOO_LARGE or INVALID_INPUT.
 */
export function readContent(
  { fail }: { fail(code: 'INVALID_INPUT' | 'TOO_LARGE', ...details: string[]): never },
  content: Content,
): ChannelContent {
  if (Buffer.byteLength(JSON.stringify(content)) > maxChannelContentBytes)
    fail('TOO_LARGE', `content: larger than ${maxChannelContentBytes} bytes of JSON`);
  const hasText = typeof content.text === 'string';
  const body = typeof content.text === 'string' ? content.text : '';
  if (!messageText.safeParse(body).success)
    fail('INVALID_INPUT', 'content: its text is too long or not well-formed Unicode');
  const isPlain = hasText && Object.keys(content).length === 1;
  return { body, content: isPlain ? null : content };
}

export const isEmpty = ({ body, content }: ChannelContent): boolean =>
  isInvisible(body) && content === null;
