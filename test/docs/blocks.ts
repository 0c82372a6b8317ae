import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  /** The page and the line of the block's first line, such as README.md:18. */
  place: string;
  /** sh, js, ts, json, … */
  language: string;
  /**
   * The second word of the fence: `no-run` marks commands that the tests cannot run, `server` and
   * `of-example` what test/browser/embedding.browser.ts runs.
   */
  mark: string | undefined;
  code: string;
}

/** Returns the fenced blocks of a page, in order. */
export async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(`${root}/${page}`, 'utf8');
  return [...text.matchAll(/^```(\w+) ?([\w-]+)?\n(.*?)^```$/gms)].map((match) => ({
    place: `${page}:${text.slice(0, match.index).split('\n').length + 1}`,
    language: match[1] ?? '',
    mark: match[2],
    code: match[3] ?? '',
  }));
}
