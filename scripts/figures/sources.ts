import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** A source file of a checkout. */
export interface Source {
  /** From the root, such as service/main.ts. */
  path: string;
  text: string;
  /** The files of the checkout that it imports, types included, from the root. */
  imports: string[];
  /** Those of `imports` from which it takes more than types. */
  runs: string[];
  /** The packages and Node modules that it imports, types included. */
  packages: string[];
}

const statement =
  /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)';|^import\s+'([^']+)';|\bimport\('([^']+)'\)/gms;

/** Leaves out what `npm pack` builds. */
const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !name.startsWith('dist/');

/** Reads every TypeScript file under the folders; a folder that does not exist has none. */
export async function readSources(root: string, folders: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const folder of folders) {
    const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    for (const name of names.filter(isSource).sort()) {
      const path = join(folder, name);
      const text = await readFile(join(root, path), 'utf8');
      const found = [...text.matchAll(statement)].map((match) => ({
        name: match[1] ?? match[2] ?? match[3] ?? '',
        isType: isTypeImport(match[0]),
      }));
      const files = found
        .filter(({ name: one }) => one.startsWith('.'))
        .map(({ name: one, isType }) => ({
          isType,
          path: relative(root, join(root, dirname(path), one)),
        }));
      const packages = found.flatMap(({ name: one }) => (one.startsWith('.') ? [] : one));
      sources.push({
        path,
        text,
        imports: [...new Set(files.map((one) => one.path))],
        runs: [...new Set(files.filter((one) => !one.isType).map((one) => one.path))],
        packages: [...new Set(packages)],
      });
    }
  }
  return sources;
}

/** `import type …`, or `import { type A, type B }`. */
function isTypeImport(text: string): boolean {
  if (/^(?:import|export) type\b/.test(text)) return true;
  const [, names] = /^import \{([^}]*)\} from/.exec(text) ?? [];
  return names?.split(',').every((name) => /^\s*(type\s|$)/.test(name)) ?? false;
}

/** Folders by the number of source files directly in them, largest first. */
export function crowdedFolders(sources: readonly Source[]): { folder: string; files: number }[] {
  const counts = new Map<string, number>();
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts]
    .map(([folder, files]) => ({ folder, files }))
    .sort((a, b) => b.files - a.files);
}

/** Groups of files that import each other, directly or through others, found by Tarjan's method. */
export function importCircles(sources: readonly Source[]): string[][] {
  return components(sources).filter((one) => one.length > 1);
}

/** The number of files on the longest chain of imports; files of one circle count as one. */
export function importFloors(sources: readonly Source[]): number {
  const depth = new Map<string, number>();
  const bySource = new Map(sources.map((source) => [source.path, source]));
  // Tarjan's method finds a component only after everything that it imports.
  for (const component of components(sources)) {
    const below = component
      .flatMap((path) => bySource.get(path)?.imports ?? [])
      .filter((path) => !component.includes(path))
      .map((path) => depth.get(path) ?? 0);
    for (const path of component) depth.set(path, Math.max(0, ...below) + 1);
  }
  return Math.max(0, ...depth.values());
}

function components(sources: readonly Source[]): string[][] {
  const bySource = new Map(sources.map((source) => [source.path, source]));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path) ?? 0);
    stack.push(path);
    for (const next of bySource.get(path)?.imports ?? []) {
      if (!bySource.has(next)) continue;
      if (!index.has(next)) visit(next);
      if (stack.includes(next))
        low.set(path, Math.min(low.get(path) ?? 0, low.get(next) ?? 0, index.get(next) ?? 0));
    }
    if (low.get(path) === index.get(path)) found.push(stack.splice(stack.indexOf(path)));
  };
  for (const { path } of sources) if (!index.has(path)) visit(path);
  return found;
}
