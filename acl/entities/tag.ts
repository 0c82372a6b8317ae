import { z } from 'zod';

export const Tag = z.strictObject({ tag_id: z.string(), tag_name: z.string() });
