// Usage: npm run build. Writes the service as JavaScript to dist/, with source maps, and the page to
// dist/web. `npm start` does so each time, which is why this is JavaScript itself: tsx takes longer
// to start than the build.
import { buildPage } from './build/page.mjs';
import { buildService } from './build/service.mjs';
import { write } from './build/write.mjs';

try {
  for (const files of await Promise.all([buildService(), buildPage()]))
    for (const { path, contents } of files) await write(path, contents);
} catch (error) {
  // Faults of the source are printed by esbuild.
  if (!error.errors) console.error(error.message);
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code))
    console.error('The owner of this folder must run `npm run build` first.');
  process.exitCode = 1;
}
