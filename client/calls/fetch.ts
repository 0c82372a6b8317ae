/** The part of a request that is sent. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body: string | FormData;
  signal: AbortSignal;
}

/** The part of a response that is read. */
interface Answer extends Pick<Response, 'ok' | 'status' | 'json'> {
  headers: Pick<Headers, 'get'>;
}

export type Fetch = (url: string, init: FetchInit) => Promise<Answer>;
