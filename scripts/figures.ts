/**
 * Prints figures about the shape of the source: how many files one call runs through, how crowded
 * the folders are, how deep and how circular the imports, how long the functions. `--root` names
 * another checkout to measure, with its dependencies installed.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { filesOfCalls } from './figures/calls.ts';
import { longFunctions } from './figures/functions.ts';
import { crowdedFolders, importCircles, importFloors, readSources } from './figures/sources.ts';

const { values } = parseArgs({ options: { root: { type: 'string', default: '.' } } });
const root = resolve(values.root);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const counted = ['acl', 'db', 'uploads', 'service', 'gateways', 'client', 'scripts'];
const sources = await readSources(root, counted);
const occurrences = (pattern: RegExp): number =>
  sources.reduce((sum, { text }) => sum + (text.match(pattern)?.length ?? 0), 0);

print('| figure | value |');
print('| --- | --- |');
for (const { what, files, lines } of await filesOfCalls(root))
  print(`| files run for ${what} | ${files} (${lines} lines) |`);
const folders = crowdedFolders(sources).slice(0, 6);
const crowded = folders.map((one) => `${one.folder} ${one.files}`).join(', ');
print(`| source files side by side, most | ${crowded} |`);
const service = sources.filter(({ path }) => path.startsWith('service/'));
print(`| import floors inside service | ${importFloors(service)} for ${service.length} files |`);
const circles = importCircles(sources);
const members = circles.map((circle) => ` · ${circle.join(' ')}`).join('');
print(`| import circles | ${circles.length}${members} |`);
const functions = longFunctions(root, sources, 61);
print(`| functions of over 60 lines | ${functions.length} |`);
for (const one of functions.slice(0, 12))
  print(`| · ${one.name} (${one.path}) | ${one.lines} lines, ${one.branches} branches |`);
print(`| casts through unknown or never | ${occurrences(/\bas (?:unknown as\b|never\b)/g)} |`);
print(`| spreads of literals | ${occurrences(/\.\.\.\{/g)} |`);
print(
  `| spreads of optional keys | ${occurrences(/\.\.\.\((?:[^()]|\([^()]*\))*\?\s*\{\s*\}\s*:/g)} |`,
);
const longLines = sources
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.length > 100);
print(`| source lines of over 100 columns | ${longLines.length} |`);
