import { z } from 'zod';
import { seconds } from '../language/fields.ts';

/** A user's names. */
export const names = { firstname: z.string(), lastname: z.string(), surname: z.string() };

/** A user as other users see them. */
export const Card = z.strictObject({ id: z.string(), ...names });
export type Card = z.infer<typeof Card>;

/** A member of a hub. */
export const Member = z.strictObject({
  user_id: z.string(),
  ...names,
  privilege: z.int(),
  ctime: seconds,
});
