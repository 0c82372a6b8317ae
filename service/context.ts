import { join } from 'node:path';
import type { Pool } from '../db/connection/connect.ts';
import { inHub, transact } from '../db/connection/transaction.ts';
import { sumStaged } from '../db/rows/messages/attachments.ts';
import { createDiskStore } from '../uploads/disk.ts';
import { createPictures } from '../uploads/pictures.ts';
import { createReceiver } from '../uploads/receive.ts';
import type { Config } from './config.ts';
import { createGate } from './core/admission.ts';
import { createContractCheck } from './core/check-contract.ts';
import { createDispatcher } from './core/dispatch.ts';
import { createAuthenticator } from './core/identity/auth.ts';
import { createJwtReader } from './core/identity/jwt.ts';
import { createNewcomers } from './core/identity/newcomers.ts';
import { createLastSeen } from './core/last-seen.ts';
import { createOrigins } from './core/origins.ts';
import { createPerform } from './core/perform.ts';
import type { Publication } from './events/publication.ts';
import { createPublisher } from './events/publisher.ts';
import { createApps } from './gateways/sessions.ts';
import { createLimits, type Limits } from './limits/limits.ts';
import type { Logger } from './log.ts';
import { registry } from './methods/index.ts';
import { keepSecret } from './secrets/files.ts';
import { createSeal } from './secrets/seal.ts';

/** The parts that tests may replace. */
export interface Parts {
  /** Unix milliseconds. */
  clock: () => number;
  /** How often users, hubs and addresses may call; otherwise by the configuration. */
  limits: Limits;
}

export type Context = Awaited<ReturnType<typeof createContext>>;

/** Creates the parts of the service that its transports and jobs share. */
export async function createContext(
  config: Config,
  pool: Pool,
  log: Logger,
  { clock = Date.now, limits = createLimits(config.limits) }: Partial<Parts>,
) {
  const report = (error: unknown, where: string) => log.error({ err: error, where }, 'unexpected');
  const seal = createSeal(config.secretKey ?? (await keepSecret(config.dataDir, 'secret-key')));
  const check = createContractCheck(config.checked);
  const { subscribe, deliver } = createFanOut(report);
  const publisher = createPublisher(deliver);
  const { allowedOrigins } = config;
  const jwts = config.jwt && createJwtReader(config.jwt);
  const authenticator = createAuthenticator(config.operatorToken, jwts);
  const newcomers =
    jwts && config.jwt?.autoProvision ? createNewcomers({ pool, jwts, limits, clock }) : undefined;
  const lastSeen = createLastSeen({ pool, clock, report });
  const identity = { pool, authenticator, newcomers, limits, clock };
  const gate = createGate({ ...identity, allowedOrigins, lastSeen });
  const perform = createPerform({ pool, publisher, clock, check, gate });
  const origins = createOrigins(pool, allowedOrigins);
  const shared = { pool, clock, limits, report, gate, perform, origins };
  const dispatcher = createDispatcher({
    ...shared,
    registry,
    seal,
    check,
    issuer: config.jwt?.issuer,
  });
  return {
    ...shared,
    ...createUploads(config, pool, limits),
    config,
    log,
    seal,
    lastSeen,
    publisher,
    subscribe,
    dispatcher,
    apps: createApps(pool, { seal, limits, clock }),
  };
}

/** Delivers publications to each subscriber, in the order in which they subscribed. */
function createFanOut(report: (error: unknown, where: string) => void) {
  const subscribers: ((publication: Publication) => void)[] = [];
  return {
    subscribe(subscriber: (publication: Publication) => void): void {
      subscribers.push(subscriber);
    },
    /** Never throws: a committed call succeeds without delivery; clients see a gap and sync. */
    deliver(publication: Publication): void {
      for (const subscriber of subscribers)
        try {
          subscriber(publication);
        } catch (error) {
          report(error, 'deliver');
        }
    },
  };
}

function createUploads(config: Config, pool: Pool, limits: Limits) {
  const folder = join(config.dataDir, 'files');
  const temporary = join(folder, 'tmp');
  const store = createDiskStore(folder);
  const pictures = createPictures();
  const receiver = createReceiver({
    store,
    temporary,
    limits: config.limits,
    countFile: limits.countFile,
    inTurn: (sender, work) => limits.queues.uploads.run(sender, work),
    decodingFor: (sender) => ({
      decoder: pictures,
      countPixels: (count) => limits.billOf(sender).pixels(count),
      inTurn: (work) => limits.queues.pictures.run(sender, work),
    }),
    stagedBytes: (sender) =>
      transact(pool, (tx) => sumStaged(inHub(tx, sender.hubId), sender.userId), sender),
  });
  return { store, temporary, receiver, pictures };
}
