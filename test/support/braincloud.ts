import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { App } from '../../service/app.ts';
import { app as sharedApp } from './app.ts';
import { newHub, type TestHub } from './hub.ts';
import type { Json } from './untyped.ts';
import { patienceMs } from './wait.ts';

const require = createRequire(import.meta.url);

/** The result that the client passes to the callback of a call. */
export interface CallResult {
  status: number;
  data?: Json;
  reason_code?: number;
  status_message?: string;
}
/** A frame that the client receives over its socket. */
export interface Pushed {
  service: string;
  operation: string;
  data: Json;
}
type Back = (response: CallResult) => void;
type Service = Record<string, (...args: unknown[]) => void>;

interface Wrapper {
  initialize(appId: string, secret: string, version: string): void;
  brainCloudClient: {
    setServerUrl(url: string): void;
    resetCommunication(): void;
    insertEndOfMessageBundleMarker(): void;
    getSessionId(): string;
    getProfileId(): string;
    heartbeat(back: Back): void;
    brainCloudManager: { _packetId: number; sendRequest(request: object): void };
    authentication: Service & { profileId: string };
  };
  chat: Service;
  messaging: Service;
  event: Service;
  time: Service;
  friend: Service;
  group: Service;
  presence: Service;
  lobby: Service;
  script: Service;
  playerState: Service;
  rttService: Service & { getRTTConnectionId(): string };
  authenticateUniversal(user: string, password: string, create: boolean, back: Back): void;
  authenticateAnonymous(back: Back): void;
  reconnect(back: Back): void;
}
interface Package {
  BrainCloudWrapper: new (name: string) => Wrapper;
}

/** The globals of the package, passed as parameters so that nothing becomes global. */
const around = [
  'window',
  'XMLHttpRequest',
  'WebSocket',
  'localStorage',
  'console',
  'setInterval',
  'FormData',
];
// After a failed request the package assigns to these names without declaring them.
const undeclared = ['reasonCode', 'statusMessage', 'errorThrown'];

const path = require.resolve('braincloud/lib/brainCloudClient.concat.js');
const fromPackage = createRequire(path);
const load = new Function(
  ...around,
  ...undeclared,
  'require',
  'exports',
  readFileSync(path, 'utf8'),
);

/** Loads the published client; each device needs its own. */
function packageOf(): Package {
  const { XMLHttpRequest } = require('xmlhttprequest');
  const states = { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 };
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  const quiet = { log() {}, error() {} };
  const every = (work: () => void, ms: number) => setInterval(work, ms).unref();
  const made = {} as Package;
  const given = [
    { XMLHttpRequest },
    Object.assign(XMLHttpRequest, states),
    WebSocket,
    storage,
    quiet,
    every,
  ];
  load(...given, undefined, ...undeclared.map(() => undefined), fromPackage, made);
  return made;
}

/** A device with the published client, and the frames that it received. */
export interface Player extends AsyncDisposable {
  bc: Wrapper;
  id: string;
  pushed: Pushed[];
  /** Calls a function of the client: `call('chat', 'getChannelId', 'gl', 'valid')`. */
  call(service: keyof Wrapper, name: string, ...args: unknown[]): Promise<CallResult>;
  /** The same, expecting success; returns the data. */
  get(service: keyof Wrapper, name: string, ...args: unknown[]): Promise<Json>;
  logIn(name: string, password?: string, create?: boolean): Promise<CallResult>;
  enableRtt(): Promise<Pushed>;
  /** Returns the next push of this kind that was not returned before. */
  next(service: string, operation: string, ms?: number): Promise<Pushed>;
  /** Resolves when the server closes the socket. */
  cut: Promise<void>;
}

export interface Credentials {
  appId: string;
  appSecret: string;
  serverName: string;
  serverSecret: string;
}

/** Creates a device that is not logged in. */
export function newPlayer(
  { appId, appSecret }: Pick<Credentials, 'appId' | 'appSecret'>,
  url: string,
): Player {
  const bc = new (packageOf().BrainCloudWrapper)('test');
  bc.initialize(appId, appSecret, '1.0.0');
  bc.brainCloudClient.setServerUrl(url);
  const pushed: Pushed[] = [];
  const taken = new Set<Pushed>();
  const waiting = new Set<() => void>();
  let wasCut = () => {};
  const cut = new Promise<void>((resolve) => {
    wasCut = resolve;
  });
  const receive = (push: Pushed) => {
    pushed.push(push);
    for (const look of [...waiting]) look();
  };
  for (const kind of ['Chat', 'Messaging', 'Event'])
    bc.rttService[`registerRTT${kind}Callback`]?.(receive);

  const call: Player['call'] = (service, name, ...args) =>
    new Promise((resolve) => (bc[service] as Service)[name]?.(...args, resolve) ?? undefined);
  return {
    bc,
    pushed,
    cut,
    call,
    get id() {
      return bc.brainCloudClient.getProfileId();
    },
    async get(service, name, ...args) {
      const response = await call(service, name, ...args);
      expect(response.status, JSON.stringify(response)).to.equal(200);
      return response.data;
    },
    logIn: (name, password = 'pw', create = true) =>
      new Promise((resolve) => bc.authenticateUniversal(name, password, create, resolve)),
    enableRtt: () =>
      new Promise((resolve, reject) =>
        bc.rttService.enableRTT?.(resolve, (response: unknown) => {
          wasCut();
          reject(new Error(JSON.stringify(response)));
        }),
      ),
    next: (service, operation, ms = patienceMs) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pushed.find(
            (one) => one.service === service && one.operation === operation && !taken.has(one),
          );
          if (!found) return;
          taken.add(found);
          waiting.delete(look);
          clearTimeout(timer);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(
              `no ${service} ${operation} within ${ms} ms; received: ${JSON.stringify(pushed)}`,
            ),
          );
        }, ms);
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      bc.brainCloudClient.resetCommunication();
    },
  };
}

/** A hub with an application in it. */
export interface Application<N extends string> extends Credentials {
  hub: TestHub<N>;
  url: string;
  /** Creates a user of the application, logged in with the published client. */
  player(name: string): Promise<Player>;
  /** The global channel `valid`. */
  channelId: string;
}

/** Creates a hub with an application and the global channel `valid`. */
export async function newApplication<N extends string>(
  privileges: Record<N, number> = {} as Record<N, number>,
  app: App = sharedApp(),
): Promise<Application<N>> {
  const hub = await newHub(privileges, app);
  const made = await hub.operator.key.create({ name: 'App', permission: 31, kind: 'braincloud' });
  const { app_id: appId = '', app_secret: appSecret = '' } = made;
  const { server_name: serverName = '', server_secret: serverSecret = '' } = made;
  const credentials = { appId, appSecret, serverName, serverSecret };
  const { channel_id: channelId } = await hub.operator.channel.create({
    type: 'gl',
    sub_id: 'valid',
    name: 'Valid',
  });
  const player = async (name: string) => {
    const one = newPlayer(credentials, app.url);
    const response = await one.logIn(name);
    expect(response.status, JSON.stringify(response)).to.equal(200);
    return one;
  };
  return { ...credentials, hub, url: app.url, channelId, player };
}

/** Expects an error with this status and reason code. */
export function expectRefused(response: CallResult, status: number, reason: number): void {
  expect([response.status, response.reason_code], JSON.stringify(response)).to.deep.equal([
    status,
    reason,
  ]);
  expect(response).to.include({ severity: 'ERROR' });
  expect(response.status_message).to.match(/^Processing exception \((message|bundle)\): ./);
}
