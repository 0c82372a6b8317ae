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

/** A member of a hub, for those who administer it. */
export const UserOfHub = z.strictObject({
  ...Member.shape,
  email: z.string().nullable(),
  picture_url: z.string().nullable(),
  /** The user's id in the application that embeds the hub. */
  external_id: z.string().nullable(),
  /** When the member last called or connected, to the minute; null: never. */
  last_seen: seconds.nullable(),
});
