/**
 * Counts what one call costs beyond the point that every call takes from the limits of its user
 * and its hub. The same again, by a repeated transaction, is counted once. All but `returned` and
 * `timeout` fail with RATE_LIMITED, before the work, if the limits are used up; a cost that exceeds
 * what is left is let through, and keeps the next calls away.
 */
export interface Bill {
  /** By the parameters: the users that they name, or copies of a forward. */
  parameters(method: string, input: unknown): Promise<void>;
  /** Members whom it reaches without naming them. */
  members(count: number): Promise<void>;
  /** Bytes of the body. */
  body(bytes: number): Promise<void>;
  /** Bytes of text that are copied. */
  text(bytes: number): Promise<void>;
  /** Of a picture that is decoded. */
  pixels(count: number): Promise<void>;
  /** Bytes that are returned, once they are known: the user pays alone, and always. */
  returned(bytes: number): Promise<void>;
  /** A search, or another statement, has run out of time. */
  timeout(): Promise<void>;
}

const membersPerPoint = 50;
const copiesPerPoint = 20;
const textBytesPerPoint = 1024 * 1024;
const bodyBytesPerPoint = 16 * 1024;
const returnedBytesPerPoint = 32 * 1024;
const pixelsPerPoint = 4_000_000;
const timeoutPoints = 50;

/** How points are taken: refused with RATE_LIMITED if none are left, unless forced. */
export interface Charge {
  isForced: boolean;
  /** Whether the hub pays too. */
  ofHub: boolean;
}

const nothing = async (): Promise<void> => {};
/** The bill where all limits are switched off. */
export const freeBill: Bill = {
  parameters: nothing,
  members: nothing,
  body: nothing,
  text: nothing,
  pixels: nothing,
  returned: nothing,
  timeout: nothing,
};

export function createBill(charge: (points: number, how: Charge) => Promise<void>): Bill {
  const charged = new Set<string>();
  const once = async (
    what: string,
    points: number,
    { isForced = false, ofHub = true }: Partial<Charge> = {},
  ): Promise<void> => {
    if (points < 1 || charged.has(what)) return;
    charged.add(what);
    await charge(points, { isForced, ofHub });
  };
  return {
    parameters: (method, input) => once('parameters', pointsOf(method, input)),
    members: (count) => once('members', Math.floor(count / membersPerPoint)),
    body: (bytes) => once('body', Math.ceil(bytes / bodyBytesPerPoint) - 1),
    text: (bytes) => once('text', Math.floor(bytes / textBytesPerPoint)),
    pixels: (count) => once('pixels', Math.floor(count / pixelsPerPoint)),
    returned: (bytes) => {
      const points = Math.floor(bytes / returnedBytesPerPoint);
      return once('returned', points, { isForced: true, ofHub: false });
    },
    timeout: () => once('timeout', timeoutPoints, { isForced: true }),
  };
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? new Set(value).size : 0);

function pointsOf(method: string, input: unknown): number {
  const { user_ids, to_ids, entities, nodes } = input as Record<string, unknown>;
  if (method !== 'chat.forward')
    return Math.floor((lengthOf(user_ids) + lengthOf(to_ids)) / membersPerPoint);
  const { messages } = nodes as { messages: unknown };
  return Math.floor((lengthOf(entities) * lengthOf(messages)) / copiesPerPoint);
}
