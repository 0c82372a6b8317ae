import { z } from 'zod';
import { seconds } from '../language/fields.ts';

/** How a user is shown to others. */
export const Card = z.strictObject({
  id: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  surname: z.string(),
});
export type Card = z.infer<typeof Card>;

export const Member = z.strictObject({
  user_id: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  surname: z.string(),
  privilege: z.int(),
  ctime: seconds,
});
