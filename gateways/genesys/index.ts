import type { Gateway } from '../../service/gateways/port.ts';
import { answerFault, faultOf } from './errors.ts';
import type { RoomOptions } from './models.ts';
import { base, type Operation } from './operation.ts';
import { chatOperations } from './operations/chats.ts';
import { conversationOperations } from './operations/conversations.ts';
import { anywhereOperations } from './operations/messages.ts';
import { roomOperations } from './operations/rooms.ts';
import { settingOperations } from './operations/settings.ts';
import { userOperations } from './operations/users.ts';
import { tokenRoute } from './routes/token.ts';

/** Every operation; of two that fit a path, the first is asked. */
export const operationsOf = (options: RoomOptions): Operation[] => [
  ...roomOperations(options),
  ...conversationOperations,
  ...anywhereOperations,
  ...settingOperations,
  ...chatOperations(options),
  ...userOperations,
];

/** The ChatApi of Genesys Cloud, for its published SDKs. */
export const genesys = (options: RoomOptions): Gateway => ({
  name: 'genesys',
  routes: [...operationsOf(options).map(({ route }) => route), tokenRoute],
  prefixes: [base, '/oauth'],
  refuse: (error, { requestId }) => answerFault(faultOf(error), requestId),
  cors: {
    verbs: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    requestHeaders: ['Accept', 'Genesys-App'],
    responseHeaders: ['ININ-Correlation-Id'],
  },
});
