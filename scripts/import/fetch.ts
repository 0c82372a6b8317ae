import http from 'node:http';

/** The part of a response that the client and tests read. */
export interface Response extends Pick<globalThis.Response, 'ok' | 'status' | 'json' | 'text'> {
  headers: Pick<Headers, 'get'>;
}

interface Init {
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
}

// Idle connections close here before the service closes them, after five seconds.
const agent = new http.Agent({ keepAlive: true, timeout: 3000 });

const largest = 64 * 1024;

/**
 * A fetch that takes half the CPU time of Node's. Forms use Node's. A body that the service may
 * reject before reading it gets its own connection, which the service closes afterwards.
 */
export async function fetchLight(url: string, init: Init = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body } = init;
  if (body instanceof FormData) return fetch(url, init);
  const isLarge = (body?.length ?? 0) > largest;
  const options = { method, headers, agent: isLarge ? false : agent };
  const response = await send(url, options, body).catch((cause: unknown) => {
    throw new TypeError('fetch failed', { cause });
  });
  const { message, text } = response;
  const status = message.statusCode ?? 0;
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name) => [message.headers[name.toLowerCase()]].flat().join(', ') || null,
    },
    text: async () => text,
    json: async () => JSON.parse(text),
  };
}

function send(url: string, options: http.RequestOptions, body: string | undefined) {
  return new Promise<{ message: http.IncomingMessage; text: string }>((resolve, reject) => {
    const request = http.request(url, options, (message) => {
      // Errors in the rest of the body no longer matter.
      request.off('error', reject).on('error', () => {});
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => resolve({ message, text: Buffer.concat(chunks).toString() }));
      message.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
