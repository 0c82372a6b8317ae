import type { Gateway } from '../../service/gateways/port.ts';
import { presentRefusal, refusalOf } from './errors.ts';
import { basePath } from './ids.ts';
import type { RoomOptions } from './models.ts';
import { operationsOf } from './operations/index.ts';
import { tokenRoute } from './routes/token.ts';

/** Serves the ChatApi of Genesys Cloud to its published SDKs. */
export const genesys = (options: RoomOptions): Gateway => ({
  name: 'genesys',
  routes: [...operationsOf(options).map(({ route }) => route), tokenRoute],
  prefixes: [basePath, '/oauth'],
  refuse: (error, { requestId }) => presentRefusal(refusalOf(error), requestId),
  cors: {
    verbs: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
    requestHeaders: ['Accept', 'Genesys-App'],
    responseHeaders: ['ININ-Correlation-Id'],
  },
});
