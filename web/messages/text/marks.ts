/** The marks of a message's text: code and bold. What is shown and plain excerpts read the same. */
import { partsOf } from './links.ts';

/** A part of a text, and where it ends. */
interface Part {
  content: string;
  at: number;
}

interface CodePart extends Part {
  isCode: boolean;
}

interface BoldPart extends Part {
  isBold: boolean;
}

/** Splits a text at blocks of code between lines of three backticks. */
export function blocksOf(text: string): CodePart[] {
  let at = 0;
  return text.split(/(```(?:\w*\n)?[\s\S]+?```)/).map((part) => {
    const isCode = part.length > 6 && part.startsWith('```') && part.endsWith('```');
    const content = isCode ? part.slice(3, -3).replace(/^\w*\n/, '') : part;
    at += part.length;
    return { isCode, content, at };
  });
}

/** Splits what is between blocks at code between backticks. */
export function codesOf(text: string): CodePart[] {
  let at = 0;
  return text.split(/(`[^`\n]+`)/).map((part) => {
    at += part.length;
    const isCode = part.length > 2 && part.startsWith('`') && part.endsWith('`');
    return { isCode, content: isCode ? part.slice(1, -1) : part, at };
  });
}

/** Splits what is neither code nor a link at bold text. */
export function boldsOf(text: string): BoldPart[] {
  let at = 0;
  return text.split(/(\*\*[^*\n]+\*\*)/).map((part) => {
    at += part.length;
    const isBold = part.length > 4 && part.startsWith('**') && part.endsWith('**');
    return { isBold, content: isBold ? part.slice(2, -2) : part, at };
  });
}

/** Returns a text without its marks, for excerpts. */
export const plainText = (text: string): string => blocksOf(text).map(plainBlock).join('');

const plainBlock = ({ isCode, content }: CodePart): string =>
  isCode ? content : codesOf(content).map(plainCode).join('');

const plainCode = ({ isCode, content }: CodePart): string =>
  isCode ? content : partsOf(content).map(plainLink).join('');

const plainLink = ({ shown, href }: ReturnType<typeof partsOf>[number]): string =>
  href === undefined
    ? boldsOf(shown)
        .map(({ content }) => content)
        .join('')
    : shown;
