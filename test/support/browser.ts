import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from './browsers.ts';
import { chromiumArgs } from './profile.ts';

/** Starts a headless Chromium; `await using` closes it. */
export const openBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await findBrowser('chromium'), args: chromiumArgs });

/** A web server with an origin of its own, for pages that embed the service. */
export interface Site extends AsyncDisposable {
  origin: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const client = `${root}/node_modules/socket.io-client/dist/socket.io.esm.min.js`;

/**
 * Serves a page that runs a module. In it `socket.io-client` can be imported, and `process.env` has
 * these variables, so that snippets for Node run unchanged. The site also gives the tokens of an
 * application at /token, or 503 where there is none.
 */
export async function serveModule(
  code: () => string,
  env: Record<string, string> = {},
  token: () => string | undefined | Promise<string | undefined> = () => undefined,
): Promise<Site> {
  const importMap = { imports: { 'socket.io-client': '/socket.io-client.js' } };
  const page = () => `<!doctype html>
<meta charset="utf-8">
<title>A page of another origin</title>
<script>var process = ${JSON.stringify({ env })};</script>
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">${code()}</script>`;
  const server = createServer(async (request, response) => {
    if (request.url === '/token') {
      const given = await token();
      return void response.writeHead(given === undefined ? 503 : 200).end(given);
    }
    const isClient = request.url === '/socket.io-client.js';
    if (!isClient && request.url !== '/') return void response.writeHead(204).end();
    const type = isClient ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` });
    response.end(isClient ? await readFile(client) : page());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a page does that a test looks at. */
export interface Watched {
  /** What it has written to its console, and its errors. */
  logged: string[];
  /** The URLs that it has requested, in their order. */
  requested: string[];
}

export function watchPage(page: Page): Watched {
  const [logged, requested]: [string[], string[]] = [[], []];
  page.on('console', (message) => logged.push(message.text()));
  page.on('pageerror', (error) => logged.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  return { logged, requested };
}
