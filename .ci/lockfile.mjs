// Usage: node .ci/lockfile.mjs [package-lock.json]
// Fails for packages that npm would install without checking what it gets. Needs no package and no
// network, so that it runs before anything is installed.
import { readFileSync } from 'node:fs';

const [, , file = 'package-lock.json'] = process.argv;
const { lockfileVersion, packages = {} } = JSON.parse(readFileSync(file, 'utf8'));
const strong = /^sha(512|384|256)-[A-Za-z0-9+/]{43,}=*$/;
const unchecked = Object.entries(packages)
  .filter(([path, { integrity = '' }]) => path !== '' && !strong.test(integrity))
  .map(([path]) => path);
for (const path of unchecked) console.log(`${file}: ${path} has no integrity`);
if (lockfileVersion !== 3) console.log(`${file}: must have lockfileVersion 3`);
process.exit(unchecked.length > 0 || lockfileVersion !== 3 ? 1 : 0);
