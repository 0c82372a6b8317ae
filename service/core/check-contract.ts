import type { z } from 'zod';

/** Throws when a value that leaves the service does not keep to its declared schema. */
export type CheckContract = (what: string, schema: z.ZodType, value: unknown) => void;

/** Returns a check of a share (0 to 1) of the values; which ones is random. */
export const createContractCheck =
  (share: number): CheckContract =>
  (what, schema, value) => {
    if (share < 1 && Math.random() >= share) return;
    const result = schema.safeParse(value);
    if (!result.success)
      throw new Error(`${what} does not keep to its contract: ${result.error.message}`);
  };
