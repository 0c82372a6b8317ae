import { z } from 'zod';
import { maxPins } from '../../../acl/language/limits.ts';
import { distinctIds } from '../ids.ts';
import { type NotificationMode, notificationModes } from '../models.ts';

/** The documented maximum of CreateRoomRequest. */
const maxUserIds = 25;

const ids = z.array(z.string());
const distinct = ids.transform(distinctIds);
/** Typed SDKs may send null for a property that was not set. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

export const CreateRoomRequest = z.object({
  subject: z.string(),
  description: optional(z.string()),
  userIds: optional(distinct.pipe(ids.max(maxUserIds))),
});

export const RoomUpdateRequest = z.object({
  subject: optional(z.string()),
  description: optional(z.string()),
  ownerIds: optional(distinct),
  pinnedMessageIds: optional(distinct),
});

export const SendMessageBody = z.object({
  message: z.string(),
  mentions: optional(distinct),
  threadId: optional(z.string().toLowerCase()),
});
/** The body's properties by the parameters of chat.post and chat.edit that are taken from them. */
export const messageFields = {
  message: 'message',
  mention_ids: 'mentions',
  thread_id: 'threadId',
} as const;

export const PinnedMessageRequest = z.object({
  pinnedMessageIds: ids.min(1).transform(distinctIds),
});
export const exceedsPinLimit = (pins: readonly string[]): boolean => pins.length > maxPins;

export const ChatReactionUpdate = z.object({ reactions: z.array(z.string()) });

export const ChatSettings = z.object({
  messageRetentionPeriodDays: z.int().min(10).max(3650).optional(),
  reactionsEnabled: z.boolean().optional(),
});

const modeNames = Object.keys(notificationModes) as NotificationMode[];
const MobileSettings = z.object({ notifications: z.object({ when: z.enum(modeNames) }) });
export const ChatUserSettings = z.object({ mobile: MobileSettings });

const choices = { mentionsOnly: z.boolean().optional(), notifyOnReactions: z.boolean().optional() };
export const UserSettingsForChat = z.object({
  muted: z.boolean().optional(),
  ...choices,
  mobile: MobileSettings.optional(),
});
export const UserChatSettingsPost = z.object({ muted: z.boolean(), ...choices });
