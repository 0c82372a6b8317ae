import type { RoomOptions } from '../models.ts';
import type { Operation } from '../operation.ts';
import { chatOperations } from './chats.ts';
import { conversationOperations } from './conversations.ts';
import { messageOperations } from './messages.ts';
import { roomOperations } from './rooms.ts';
import { settingOperations } from './settings.ts';
import { userOperations } from './users.ts';

/** Returns every operation. If several match a path, the first one handles it. */
export const operationsOf = (options: RoomOptions): Operation[] => [
  ...roomOperations(options),
  ...conversationOperations,
  ...messageOperations,
  ...settingOperations,
  ...chatOperations(options),
  ...userOperations,
];
