import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { CallResult, Credentials, Pushed } from './braincloud.ts';
import type { Json } from './untyped.ts';
import { patienceMs } from './wait.ts';

export interface Message {
  service: string;
  operation: string;
  data?: unknown;
}
export interface Packet {
  packetId?: number;
  sessionId?: string | null;
  messages: unknown[];
}
/** A response body with its HTTP status. */
export interface HttpResult {
  http: number;
  body: Json;
}

export async function postTo(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
) {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
  const response = await fetch(url, sent as RequestInit);
  return { http: response.status, body: await response.json() } as HttpResult;
}

/** A client like the published ones for servers: a session, and packets with rising numbers. */
export class Server {
  packetId = 0;
  sessionId: string | null = null;
  readonly credentials: Credentials;
  readonly url: string;
  constructor(credentials: Credentials, url: string) {
    this.credentials = credentials;
    this.url = `${url}/s2sdispatcher`;
  }

  /** The Java client ends its packets with these line breaks. */
  post = (body: object): Promise<HttpResult> => postTo(this.url, `${JSON.stringify(body)}\r\n\r\n`);

  async send(...messages: Message[]): Promise<HttpResult> {
    const { packetId, sessionId } = this;
    this.packetId += 1;
    return this.post({ packetId, sessionId, messages });
  }

  async authenticate(over: Partial<Credentials> = {}): Promise<CallResult> {
    const { appId, serverName, serverSecret } = { ...this.credentials, ...over };
    const data = { appId, serverName, serverSecret };
    this.packetId = 0;
    const { body } = await this.send({
      service: 'authenticationV2',
      operation: 'AUTHENTICATE',
      data,
    });
    const [response] = body.messageResponses;
    this.sessionId = response.data?.sessionId ?? null;
    return response;
  }

  async call(service: string, operation: string, data?: unknown): Promise<CallResult> {
    const { body } = await this.send({ service, operation, data });
    return body.messageResponses?.[0] ?? body;
  }

  /** The same, expecting success; returns the data. */
  async get(service: string, operation: string, data?: unknown): Promise<Json> {
    const response = await this.call(service, operation, data);
    expect(response.status, JSON.stringify(response)).to.equal(200);
    return response.data;
  }

  /** Makes a call with credentials instead of a session. */
  callOnce = (
    service: string,
    operation: string,
    data?: unknown,
    over: Partial<Credentials> = {},
  ): Promise<HttpResult> => {
    const { appId, serverName, serverSecret } = { ...this.credentials, ...over };
    return this.post({ appId, serverName, serverSecret, service, operation, data });
  };
}

export const newServer = async (credentials: Credentials & { url: string }): Promise<Server> => {
  const server = new Server(credentials, credentials.url);
  expect((await server.authenticate()).status).to.equal(200);
  return server;
};

/** Sends a signed bundle of a user. */
export function dispatch(
  { appId, appSecret, url }: Pick<Credentials, 'appId' | 'appSecret'> & { url: string },
  packet: Packet | string,
  {
    signature,
    gzip,
    headers = {},
  }: { signature?: string; gzip?: boolean; headers?: Record<string, string> } = {},
): Promise<HttpResult> {
  const text = typeof packet === 'string' ? packet : JSON.stringify({ gameId: appId, ...packet });
  const signed = createHash('md5').update(`${text}${appSecret}`).digest('hex');
  const encoding: Record<string, string> = gzip ? { 'content-encoding': 'gzip' } : {};
  return postTo(`${url}/dispatcherv2`, gzip ? gzipSync(text) : text, {
    'x-appid': appId,
    'x-sig': signature ?? signed,
    ...encoding,
    ...headers,
  });
}

export const loginOf = (externalId: string, more: object = {}): Message => ({
  service: 'authenticationV2',
  operation: 'AUTHENTICATE',
  data: {
    externalId,
    authenticationToken: 'pw',
    authenticationType: 'Universal',
    forceCreate: true,
    profileId: '',
    anonymousId: '',
    ...more,
  },
});

/** Opens a session of a user. */
export async function sessionOf(application: Credentials & { url: string }, name: string) {
  const { body } = await dispatch(application, {
    packetId: 0,
    sessionId: '',
    messages: [loginOf(name)],
  });
  const [{ data }] = body.responses;
  let packetId = 0;
  const { sessionId, profileId } = data as { sessionId: string; profileId: string };
  const send = (messages: unknown[], over: Partial<Packet> = {}) => {
    packetId += 1;
    return dispatch(application, { packetId, sessionId, messages, ...over });
  };
  const call = async (service: string, operation: string, more?: unknown): Promise<CallResult> =>
    (await send([{ service, operation, data: more }])).body.responses[0];
  return { sessionId, profileId, send, call };
}

/** A raw socket and the frames that it received. */
export interface RawSocket extends Disposable {
  socket: WebSocket;
  frames: Pushed[];
  isBinary: boolean[];
  closed: Promise<number>;
  send(frame: object | string | Buffer): void;
  next(operation: string, ms?: number): Promise<Pushed>;
}

export async function openSocket(url: string, path = '/'): Promise<RawSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path);
  const frames: Pushed[] = [];
  const isBinary: boolean[] = [];
  socket.on('message', (data: Buffer, binary: boolean) => {
    frames.push(JSON.parse(data.toString()));
    isBinary.push(binary);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let taken = 0;
  const next = async (operation: string, ms = patienceMs): Promise<Pushed> => {
    for (
      const end = Date.now() + ms;
      Date.now() < end;
      await new Promise((resolve) => setTimeout(resolve, 5))
    ) {
      const at = frames.findIndex((push, index) => index >= taken && push.operation === operation);
      if (at < 0) continue;
      taken = at + 1;
      return frames[at] as Pushed;
    }
    return expect.fail(`no ${operation} within ${ms} ms; frames: ${JSON.stringify(frames)}`);
  };
  const send = (frame: object | string | Buffer) =>
    socket.send(
      Buffer.isBuffer(frame) || typeof frame === 'string' ? frame : JSON.stringify(frame),
    );
  return {
    socket,
    frames,
    isBinary,
    closed,
    send,
    next,
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** Returns the CONNECT frame for the `auth` of a session. */
export const connectFrame = (
  auth: Record<string, string>,
  { sessionId, profileId = 's' }: { sessionId: string | null; profileId?: string },
) => ({
  operation: 'CONNECT',
  service: 'rtt',
  data: {
    appId: auth['X-APPID'],
    profileId,
    sessionId,
    system: { protocol: 'ws', platform: 'TEST' },
    auth,
  },
});
