import { Refusal } from '../errors.ts';
import type { Operation, Operations } from '../operation.ts';
import type { SessionKind } from '../sessions/session.ts';
import { authenticate, authenticateServer } from './authentication.ts';
import { channelOperations } from './channels.ts';
import { eventOperations } from './events.ts';
import { groupOperations } from './groups.ts';
import { messageOperations } from './messages.ts';
import { playerOperations } from './player.ts';
import { friendOperations, presenceOperations } from './presence.ts';
import { requestClientConnection, requestSystemConnection } from './rtt-registration.ts';
import { heartbeat, scriptOperations, timeOperations } from './service.ts';
import { systemChannelOperations } from './system-channels.ts';
import { systemMessageOperations } from './system-messages.ts';

/** Operations by the names of their services. */
type Catalogue = Readonly<Record<string, Operations>>;

/** Every operation that a session of each kind can call. */
export const catalogues: Readonly<Record<SessionKind, Catalogue>> = {
  client: {
    authenticationV2: { AUTHENTICATE: authenticate },
    heartbeat: { READ: heartbeat },
    playerState: playerOperations,
    time: timeOperations,
    chat: channelOperations,
    messaging: messageOperations,
    rttRegistration: { REQUEST_CLIENT_CONNECTION: requestClientConnection },
    event: eventOperations,
    friend: friendOperations,
    group: groupOperations,
    presence: presenceOperations,
  },
  server: {
    authenticationV2: { AUTHENTICATE: authenticateServer },
    heartbeat: { HEARTBEAT: heartbeat },
    time: timeOperations,
    chat: systemChannelOperations,
    messaging: systemMessageOperations,
    rttRegistration: { REQUEST_SYSTEM_CONNECTION: requestSystemConnection },
    script: scriptOperations,
  },
};

/** Returns the operation of a service; throws if sessions of this kind have no such operation. */
export function operationOf(kind: SessionKind, service: string, name: string): Operation {
  const operation = findOperation(kind, service, name);
  if (operation) return operation;
  const path = `${service}.${name}`;
  if (kind === 'client' && name.startsWith('SYS_') && findOperation('server', service, name))
    throw new Refusal('CLOUD_CODE_ONLY_METHOD', `${path} is only for the application’s server`);
  if (service === 'lobby') throw new Refusal('FEATURE_NOT_ENABLED', `${path} is not supported`);
  throw new Refusal('INVALID_OPERATION', `${path} does not exist`);
}

/** Names come from clients: only own properties of the catalogue are operations. */
function findOperation(kind: SessionKind, service: string, name: string): Operation | undefined {
  const catalogue = catalogues[kind];
  const operations = Object.hasOwn(catalogue, service) ? catalogue[service] : undefined;
  return operations && Object.hasOwn(operations, name) ? operations[name] : undefined;
}
