import { z } from 'zod';

/** The user who made a key, and the key with which they did, if with one; null: the operator. */
export const MadeBy = z
  .strictObject({ user_id: z.string(), key_id: z.string().nullable() })
  .nullable();
