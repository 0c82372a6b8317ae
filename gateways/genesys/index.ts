import type { Gateway } from '../../service/gateways/port.ts';
import { chatOperations } from './chats.ts';
import { conversationOperations } from './conversations.ts';
import { answerFault, faultOf } from './errors.ts';
import { anywhereOperations } from './messages.ts';
import type { RoomOptions } from './models.ts';
import { tokenRoute } from './oauth.ts';
import { base, type Operation } from './operation.ts';
import { roomOperations } from './rooms.ts';
import { settingOperations } from './settings.ts';
import { userOperations } from './users.ts';

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
