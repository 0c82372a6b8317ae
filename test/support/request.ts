import http from 'node:http';
import { app } from './app.ts';
import type { Json } from './untyped.ts';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: Json;
}

interface Sent {
  verb?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The body never ends. */
  endless?: boolean;
}

/**
 * Sends a request with any headers, including Host, on its own connection. Resolves with the
 * response even while the body is being sent.
 */
export function request(
  path: string,
  { verb = 'POST', headers = {}, body, endless }: Sent = {},
  url = app().url,
) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = http.request(`${url}${path}`, { method: verb, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      sent.removeListener('error', reject).on('error', () => {});
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        sent.destroy();
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {}
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parsed,
        });
      });
    });
    if (!endless) return void (verb === 'GET' || verb === 'HEAD' ? sent.end() : sent.end(body));
    const more = () =>
      void (sent.destroyed || sent.write('x'.repeat(1000), () => setTimeout(more, 5)));
    more();
  });
}

/** A call of a method with a JSON body. */
export const call = (method: string, { headers = {}, ...sent }: Sent = {}, url = app().url) =>
  request(
    `/-/svc/${method}`,
    { body: '{}', ...sent, headers: { 'content-type': 'application/json', ...headers } },
    url,
  );

export const bearer = ({ token }: { token: string }): { authorization: string } => ({
  authorization: `Bearer ${token}`,
});

/** The status and the code of an error. */
export const outcome = ({
  status,
  body,
}: Pick<Answer, 'status' | 'body'>): [status: number, error: string | undefined] => [
  status,
  body?.error,
];
