import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { Credentials, Pushed, Told } from './braincloud.ts';
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
/** An answer with whatever HTTP says of it. */
export interface Answered {
  http: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came back is what a test looks at
  body: any;
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
  return { http: response.status, body: await response.json() } as Answered;
}

/** An application's server, as the published ones are: one packet after the other, a session, numbers that go up. */
export class Server {
  packetId = 0;
  sessionId: string | null = null;
  readonly credentials: Credentials;
  readonly url: string;
  constructor(credentials: Credentials, url: string) {
    this.credentials = credentials;
    this.url = `${url}/s2sdispatcher`;
  }

  /** The Java client ends its packets so. */
  post = (body: object): Promise<Answered> => postTo(this.url, `${JSON.stringify(body)}\r\n\r\n`);

  async send(...messages: Message[]): Promise<Answered> {
    const { packetId, sessionId } = this;
    this.packetId += 1;
    return this.post({ packetId, sessionId, messages });
  }

  async authenticate(over: Partial<Credentials> = {}): Promise<Told> {
    const { appId, serverName, serverSecret } = { ...this.credentials, ...over };
    const data = { appId, serverName, serverSecret };
    this.packetId = 0;
    const { body } = await this.send({
      service: 'authenticationV2',
      operation: 'AUTHENTICATE',
      data,
    });
    const [told] = body.messageResponses;
    this.sessionId = told.data?.sessionId ?? null;
    return told;
  }

  async ask(service: string, operation: string, data?: unknown): Promise<Told> {
    const { body } = await this.send({ service, operation, data });
    return body.messageResponses?.[0] ?? body;
  }

  /** The same, where it must succeed: the data. */
  // biome-ignore lint/suspicious/noExplicitAny: what came back is what a test looks at
  async get(service: string, operation: string, data?: unknown): Promise<any> {
    const told = await this.ask(service, operation, data);
    expect(told.status, JSON.stringify(told)).to.equal(200);
    return told.data;
  }

  /** A call that shows the credentials, without a session. */
  once = (
    service: string,
    operation: string,
    data?: unknown,
    over: Partial<Credentials> = {},
  ): Promise<Answered> => {
    const { appId, serverName, serverSecret } = { ...this.credentials, ...over };
    return this.post({ appId, serverName, serverSecret, service, operation, data });
  };
}

export const newServer = async (credentials: Credentials & { url: string }): Promise<Server> => {
  const server = new Server(credentials, credentials.url);
  expect((await server.authenticate()).status).to.equal(200);
  return server;
};

/** A bundle of a user's, signed by hand. */
export function dispatch(
  { appId, appSecret, url }: Pick<Credentials, 'appId' | 'appSecret'> & { url: string },
  packet: Packet | string,
  {
    signature,
    gzip,
    headers = {},
  }: { signature?: string; gzip?: boolean; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const text = typeof packet === 'string' ? packet : JSON.stringify({ gameId: appId, ...packet });
  const signed = createHash('md5').update(`${text}${appSecret}`).digest('hex');
  const encoding: Record<string, string> = gzip ? { 'content-encoding': 'gzip' } : {};
  return postTo(`${url}/dispatcherv2`, gzip ? gzipSync(text) : text, {
    ...{ 'x-appid': appId, 'x-sig': signature ?? signed, ...encoding },
    ...headers,
  });
}

export const loginOf = (externalId: string, more: object = {}): Message => ({
  service: 'authenticationV2',
  operation: 'AUTHENTICATE',
  data: {
    ...{
      externalId,
      authenticationToken: 'pw',
      authenticationType: 'Universal',
      forceCreate: true,
    },
    ...{ profileId: '', anonymousId: '', ...more },
  },
});

/** A session of a user's, opened by hand. */
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
  const ask = async (service: string, operation: string, more?: unknown): Promise<Told> =>
    (await send([{ service, operation, data: more }])).body.responses[0];
  return { sessionId, profileId, send, ask };
}

/** A raw socket, and all frames that it got. */
export interface RawSocket extends Disposable {
  socket: WebSocket;
  heard: Pushed[];
  isBinary: boolean[];
  closed: Promise<number>;
  say(frame: object | string | Buffer): void;
  next(operation: string, ms?: number): Promise<Pushed>;
}

export async function openSocket(url: string, path = '/'): Promise<RawSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path);
  const heard: Pushed[] = [];
  const isBinary: boolean[] = [];
  socket.on('message', (data: Buffer, binary: boolean) => {
    heard.push(JSON.parse(data.toString()));
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
      const at = heard.findIndex((push, index) => index >= taken && push.operation === operation);
      if (at < 0) continue;
      taken = at + 1;
      return heard[at] as Pushed;
    }
    return expect.fail(`no ${operation} within ${ms} ms; heard: ${JSON.stringify(heard)}`);
  };
  const say = (frame: object | string | Buffer) =>
    socket.send(
      Buffer.isBuffer(frame) || typeof frame === 'string' ? frame : JSON.stringify(frame),
    );
  return { socket, heard, isBinary, closed, say, next, [Symbol.dispose]: () => socket.terminate() };
}

/** What opens it: as a session of this application's was told. */
export const connectFrame = (
  auth: Record<string, string>,
  { sessionId, profileId = 's' }: { sessionId: string | null; profileId?: string },
) => ({
  ...{ operation: 'CONNECT', service: 'rtt' },
  data: {
    appId: auth['X-APPID'],
    profileId,
    sessionId,
    system: { protocol: 'ws', platform: 'TEST' },
    auth,
  },
});
