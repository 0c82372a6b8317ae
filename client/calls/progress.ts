import type { Fetch } from './fetch.ts';

/** An upload that makes no progress for so long is given up. */
const stalledMs = 30_000;

/**
 * Returns a `fetch` that reports which part of the body is sent, from 0 to 1. Undefined without
 * XMLHttpRequest: the real `fetch` cannot report it.
 */
export function fetchWithProgress(onProgress: (part: number) => void): Fetch | undefined {
  if (typeof XMLHttpRequest === 'undefined') return undefined;
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const request = new XMLHttpRequest();
      const giveUp = () => request.abort();
      let stalled = setTimeout(giveUp, stalledMs);
      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => {
        clearTimeout(stalled);
        stalled = setTimeout(giveUp, stalledMs);
        if (total > 0) onProgress(loaded / total);
      };
      // After success and failure; without a whole reply the status is 0.
      request.onloadend = () => {
        clearTimeout(stalled);
        signal.removeEventListener('abort', giveUp);
        const { status } = request;
        if (status === 0) return reject(new Error('no connection'));
        resolve({
          ok: status >= 200 && status < 300,
          status,
          json: async () => JSON.parse(request.responseText),
          headers: { get: (name) => request.getResponseHeader(name) },
        });
      };
      signal.addEventListener('abort', giveUp);
      request.send(body);
    });
}
