import type { Config } from '../config.ts';
import { networkOf } from './addresses.ts';
import { type Bodies, createBodies } from './bodies.ts';
import { type Bill, createBill, freeBill } from './cost.ts';
import { createLimiter } from './limiter.ts';
import { createLoginTries, type LoginTries } from './logins.ts';
import { createOpenings, type Openings } from './openings.ts';
import { createQueues, type Queues } from './queues.ts';
import { createStrangers, type Strangers } from './strangers.ts';

/**
 * The configured limits. Methods that count fail with RATE_LIMITED once a limit is reached; a
 * limit that is switched off is infinite. Counts are kept in this process.
 */
export interface Limits {
  countUserCall(id: string): Promise<void>;
  countHubCall(hubId: string): Promise<void>;
  /** Returns the bill of one call, which its user and its hub pay; empty ids pay nothing. */
  billOf(payer: { userId: string; hubId: string }): Bill;
  /** The calls of each address without a valid token. */
  strangers: Strangers;
  /** Connections until their caller is known. */
  openings: Openings;
  /** Bodies that are received before their caller is known. */
  bodies: Bodies;
  queues: Queues;
  /** Counts a file before it is received. */
  countFile(userId: string): Promise<void>;
  /** Counts a signal, such as that a user types; returns whether it may be sent. */
  allowsSignal(userId: string, entityId: string): Promise<boolean>;
  /** Counts a user who is made because of a JWT that came from the address. */
  countNewcomer(address: string): Promise<void>;
  /** Tries of secrets that people choose. */
  logins: LoginTries;
  maxFilesPerMessage: number;
  /** Of one file; infinite where switched off. */
  maxFileBytes: number;
  /** Bytes of sent files, of one user in a hub and of a hub; infinite where switched off. */
  maxStorage: { user: number; hub: number };
  /** Participants of a group room. */
  maxParticipants: number;
  /** Recipients of a box message that a member sends. */
  maxRecipients: number;
}

/** Seconds over which the rate of calls is averaged, so that users may call in bursts. */
const burst = 10;
const minute = 60;
const signalsPerSecond = 5;
/** Of each network; IPv6 addresses count by /64. */
const newcomersPerMinute = 10;

export function createLimits(config: Config['limits']): Limits {
  const users = createLimiter(config.userCalls * burst, burst);
  const hubs = createLimiter(config.hubCalls, 1);
  const isFree = config.userCalls === 0 && config.hubCalls === 0;
  const strangers = createStrangers(config.anonymousCalls * burst, burst);
  const files = createLimiter(config.files, minute);
  const signals = createLimiter(signalsPerSecond, 1);
  const newcomers = createLimiter(newcomersPerMinute, minute);
  const logins = createLoginTries({
    perNetwork: config.loginsFromAddress,
    perAccount: config.loginsInTotal,
  });

  return {
    countUserCall: (id) => users.count(id),
    countHubCall: (hubId) => hubs.count(hubId),
    billOf: ({ userId, hubId }) =>
      isFree
        ? freeBill
        : createBill(async (points, { isForced, ofHub }) => {
            if (userId !== '') await users.charge(userId, points, isForced);
            if (ofHub && hubId !== '') await hubs.charge(hubId, points, isForced);
          }),
    queues: createQueues(),
    strangers,
    openings: createOpenings(strangers, config.unidentified),
    bodies: createBodies(),
    countFile: (userId) => files.count(userId),
    allowsSignal: (userId, entityId) =>
      signals.count(`${userId} ${entityId}`).then(
        () => true,
        () => false,
      ),
    countNewcomer: (address) => newcomers.count(networkOf(address)),
    logins,
    maxStorage: {
      user: config.storageUser || Number.POSITIVE_INFINITY,
      hub: config.storageHub || Number.POSITIVE_INFINITY,
    },
    maxFilesPerMessage: config.filesPerMessage || Number.POSITIVE_INFINITY,
    maxFileBytes: config.fileBytes || Number.POSITIVE_INFINITY,
    maxParticipants: config.participants || Number.POSITIVE_INFINITY,
    maxRecipients: config.recipients || Number.POSITIVE_INFINITY,
  };
}
