import { z } from 'zod';
import { mostPins } from '../errors.ts';
import { distinct } from '../ids.ts';
import { type Mode, modes } from '../models.ts';

/** As many as CreateRoomRequest says. */
const mostUsers = 25;

const ids = z.array(z.string());
const once = ids.transform(distinct);
/** Typed SDKs may send null for what was not set. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

export const CreateRoomRequest = z.object({
  subject: z.string(),
  description: optional(z.string()),
  userIds: optional(once.pipe(ids.max(mostUsers))),
});

export const RoomUpdateRequest = z.object({
  subject: optional(z.string()),
  description: optional(z.string()),
  ownerIds: optional(once),
  pinnedMessageIds: optional(once),
});

export const SendMessageBody = z.object({
  message: z.string(),
  mentions: optional(once),
  threadId: optional(z.string().toLowerCase()),
});
/** What its parts are called by our methods. */
export const messageFields = {
  message: 'message',
  mention_ids: 'mentions',
  thread_id: 'threadId',
} as const;

export const PinnedMessageRequest = z.object({ pinnedMessageIds: ids.min(1).transform(distinct) });
export const isTooMany = (pins: readonly string[]): boolean => pins.length > mostPins;

export const ChatReactionUpdate = z.object({ reactions: z.array(z.string()) });

export const ChatSettings = z.object({
  messageRetentionPeriodDays: z.int().min(10).max(3650).optional(),
  reactionsEnabled: z.boolean().optional(),
});

const MobileSettings = z.object({
  notifications: z.object({ when: z.enum(Object.keys(modes) as [Mode, ...Mode[]]) }),
});
export const ChatUserSettings = z.object({ mobile: MobileSettings });

const choices = { mentionsOnly: z.boolean().optional(), notifyOnReactions: z.boolean().optional() };
export const UserSettingsForChat = z.object({
  muted: z.boolean().optional(),
  ...choices,
  mobile: MobileSettings.optional(),
});
export const UserChatSettingsPost = z.object({ muted: z.boolean(), ...choices });
