import { Fragment, memo, type ReactNode } from 'react';
import { partsOf } from './links.ts';
import { blocksOf, boldsOf, codesOf } from './marks.ts';

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

const inlineOf = (text: string, mentions: readonly string[]): ReactNode[] =>
  codesOf(text).map(({ isCode, content, at }) =>
    isCode ? (
      <code key={at} dir="ltr">
        {content}
      </code>
    ) : (
      <Fragment key={at}>{linksOf(content, mentions)}</Fragment>
    ),
  );

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

const boldOf = (text: string): ReactNode[] =>
  boldsOf(text).map(({ isBold, content, at }) =>
    isBold ? <strong key={at}>{content}</strong> : content,
  );
