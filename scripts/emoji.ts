/**
 * Writes web/reactions/emoji/: the emoji of each language of the page, with their names and the
 * words that find them. The packages are far larger than what is needed of them, so they are
 * downloaded for this only: `npm run emoji`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../web/reactions/emoji/', import.meta.url));
/** Emoji of later versions are not in the fonts of many systems. */
const newest = 15.1;
/** Words that find an emoji, beside those of its name. */
const mostTags = 5;

interface Emoji {
  emoji: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  version: number;
}

/** Downloads a package; returns the folder of its files. */
function download(work: string, name: string, files: readonly string[]): string {
  const archive = execFileSync('npm', ['pack', '--silent', name], { cwd: work, encoding: 'utf8' });
  const into = join(work, name.split('@')[0] as string);
  mkdirSync(into);
  const paths = files.map((file) => `package/${file}`);
  execFileSync('tar', ['xzf', archive.trim(), '-C', into, ...paths], { cwd: work });
  return join(into, 'package');
}

const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

/** One line an emoji: itself, its name, and the words that find it. */
function lineOf({ emoji, label, tags = [] }: Pick<Emoji, 'emoji' | 'label' | 'tags'>): string {
  const name = label.toLocaleLowerCase();
  const words = [...new Set(tags)].filter((tag) => !name.includes(tag.toLocaleLowerCase()));
  return [emoji, label, ...words.slice(0, mostTags)].join('\t');
}

function write(language: string, emojis: readonly Emoji[]): void {
  const groups = new Map<number, string[]>();
  for (const one of emojis.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    // 2 holds the skin tones and hair styles by themselves.
    if (one.group === undefined || one.group === 2 || one.version > newest) continue;
    groups.set(one.group, [...(groups.get(one.group) ?? []), lineOf(one)]);
  }
  const sorted = [...groups].sort(([a], [b]) => a - b).map(([, lines]) => lines);
  writeFileSync(join(folder, `${language}.json`), `${JSON.stringify(sorted, null, 1)}\n`);
}

interface Annotations {
  annotations: Record<string, { default?: string[]; tts?: string[] }>;
}

const work = mkdtempSync(join(tmpdir(), 'emoji-'));
try {
  const languages = ['en', 'de', 'ja'];
  const base = download(
    work,
    'emojibase-data@17.0.0',
    languages.map((language) => `${language}/data.json`),
  );
  mkdirSync(folder, { recursive: true });
  for (const language of languages) write(language, read(base, language, 'data.json'));

  // Emojibase has no Arabic; the names are those of CLDR as in the other languages.
  const plain = download(work, 'cldr-annotations-full@48.2.0', ['annotations/ar']);
  const derived = download(work, 'cldr-annotations-derived-full@48.2.0', ['annotationsDerived/ar']);
  const names = {
    ...read<{ annotationsDerived: Annotations }>(derived, 'annotationsDerived/ar/annotations.json')
      .annotationsDerived.annotations,
    ...read<{ annotations: Annotations }>(plain, 'annotations/ar/annotations.json').annotations
      .annotations,
  };
  const english = read<Emoji[]>(base, 'en', 'data.json');
  const arabic = english.map((one) => {
    const found = names[one.emoji] ?? names[one.emoji.replaceAll('\u{fe0f}', '')];
    return { ...one, label: found?.tts?.[0] ?? one.label, tags: found?.default ?? [] };
  });
  write('ar', arabic);
} finally {
  rmSync(work, { recursive: true });
}
