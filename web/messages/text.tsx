import { Fragment, memo, type ReactNode } from 'react';
import { partsOf } from './links.ts';

interface MessageTextProps {
  text: string;
  /** The names after `@` that are mentions. */
  mentions: readonly string[];
}

/** The text of a message as React nodes: links, mentions, code and bold. Never as HTML. */
export const MessageText = memo(({ text, mentions }: MessageTextProps) => (
  <div className="text" dir="auto">
    {blocksOf(text).map(({ isCode, content, at }) =>
      isCode ? (
        <pre key={at} dir="ltr">
          <code>{content}</code>
        </pre>
      ) : (
        <Fragment key={at}>{inlineOf(content, mentions)}</Fragment>
      ),
    )}
  </div>
));

interface Block {
  isCode: boolean;
  content: string;
  at: number;
}

/** Splits a text at blocks of code between lines of three backticks. */
function blocksOf(text: string): Block[] {
  let at = 0;
  return text.split(/(```(?:\w*\n)?[\s\S]+?```)/).map((part) => {
    const isCode = part.length > 6 && part.startsWith('```') && part.endsWith('```');
    const content = isCode ? part.slice(3, -3).replace(/^\w*\n/, '') : part;
    at += part.length;
    return { isCode, content, at };
  });
}

function inlineOf(text: string, mentions: readonly string[]): ReactNode[] {
  let at = 0;
  return text.split(/(`[^`\n]+`)/).map((part) => {
    at += part.length;
    const isCode = part.length > 2 && part.startsWith('`') && part.endsWith('`');
    if (!isCode) return <Fragment key={at}>{linksOf(part, mentions)}</Fragment>;
    return (
      <code key={at} dir="ltr">
        {part.slice(1, -1)}
      </code>
    );
  });
}

function linksOf(text: string, mentions: readonly string[]): ReactNode[] {
  let at = 0;
  return partsOf(text).map(({ shown, href }) => {
    at += shown.length;
    if (href === undefined) return <Fragment key={at}>{mentionsOf(shown, mentions)}</Fragment>;
    return (
      <a key={at} href={href} target="_blank" rel="noopener noreferrer ugc" dir="ltr" tabIndex={-1}>
        {shown}
      </a>
    );
  });
}

function mentionsOf(text: string, mentions: readonly string[]): ReactNode[] {
  const names = mentions.filter((name) => text.includes(`@${name}`));
  if (names.length === 0) return boldOf(text);
  const longestFirst = names.toSorted((a, b) => b.length - a.length).map(literal);
  let at = 0;
  return text.split(new RegExp(`(@(?:${longestFirst.join('|')}))`)).map((part) => {
    at += part.length;
    const isMention = part.startsWith('@') && names.includes(part.slice(1));
    return isMention ? (
      <span key={at} className="mention">
        {part}
      </span>
    ) : (
      <Fragment key={at}>{boldOf(part)}</Fragment>
    );
  });
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function boldOf(text: string): ReactNode[] {
  let at = 0;
  return text.split(/(\*\*[^*\n]+\*\*)/).map((part) => {
    at += part.length;
    const isBold = part.length > 4 && part.startsWith('**') && part.endsWith('**');
    return isBold ? <strong key={at}>{part.slice(2, -2)}</strong> : part;
  });
}
