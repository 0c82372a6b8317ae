import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { findWebKit } from './browsers.ts';
import { endChild, keepChild, openDisplay } from './display.ts';
import { eventually } from './wait.ts';

/** A page in WebKitGTK, by the W3C's WebDriver protocol. */
export interface WebKitPage extends AsyncDisposable {
  open(url: string): Promise<void>;
  /** Runs a function in the page, which knows nothing outside of itself. */
  run<A extends readonly unknown[], T>(
    work: (...args: A) => T | Promise<T>,
    ...args: A
  ): Promise<T>;
  /** Presses keys, one after the other: letters, or those of `keys`. */
  press(...keys: string[]): Promise<void>;
  /** Holds keys down while the last one is pressed. */
  pressTogether(...keys: string[]): Promise<void>;
  setCookie(name: string, value: string): Promise<void>;
}

/** What the protocol calls keys that write nothing. */
export const keys = { enter: '\uE007', shift: '\uE008', control: '\uE009' } as const;

/** Opens a page in WebKitGTK; undefined where it is not installed. `await using` closes it. */
export async function openWebKit(): Promise<WebKitPage | undefined> {
  const programs = await findWebKit();
  if (!programs) return undefined;
  const display = await openDisplay(programs.display);
  const port = await freePort();
  const driver = keepChild(
    spawn(programs.driver, [`--port=${port}`], {
      stdio: 'ignore',
      // Its sandbox does not work for root.
      env: {
        ...process.env,
        DISPLAY: display.name,
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
        GTK_IM_MODULE: 'gtk-im-context-simple',
      },
    }),
  );
  const send = sender(`http://127.0.0.1:${port}`);
  await eventually(() => send('GET', '/status').then(Boolean, () => false));
  const options = { binary: programs.browser, args: ['--automation'] };
  const { sessionId } = await send<{ sessionId: string }>('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  });
  const at = `/session/${sessionId}`;

  const act = async (actions: object[]): Promise<void> =>
    void (await send('POST', `${at}/actions`, { actions: [{ type: 'key', id: 'keys', actions }] }));

  return {
    open: async (url) => void (await send('POST', `${at}/url`, { url })),
    async run(work, ...args) {
      // The compiler of the tests names functions by it.
      const script = `globalThis.__name ??= (named) => named;
        const done = arguments[arguments.length - 1];
        Promise.resolve((${work})(...[...arguments].slice(0, -1))).then(
          (value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await send<{ value: never; error?: string }>(
        'POST',
        `${at}/execute/async`,
        { script, args },
      );
      if (error !== undefined) throw new Error(error);
      return value;
    },
    press: (...pressed) => act(pressed.flatMap((key) => [down(key), up(key)])),
    pressTogether: (...held) => act([...held.map(down), ...held.toReversed().map(up)]),
    setCookie: async (name, value) =>
      void (await send('POST', `${at}/cookie`, { cookie: { name, value } })),
    async [Symbol.asyncDispose]() {
      await send('DELETE', at).catch(() => {});
      await endChild(driver);
      await display[Symbol.asyncDispose]();
    },
  };
}

const down = (value: string) => ({ type: 'keyDown', value });
const up = (value: string) => ({ type: 'keyUp', value });

const sender =
  (address: string) =>
  async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${address}${path}`, { method, ...init });
    const { value } = (await response.json()) as { value: T & { message?: string } };
    if (!response.ok) throw new Error(`WebKit refused ${path}: ${value.message}`);
    return value;
  };

/** A port that nothing listens at; the driver takes no other way to choose one. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
