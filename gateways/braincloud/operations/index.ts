import { requestClientConnection, requestSystemConnection } from '../rtt/sockets.ts';
import type { Catalogue, SessionKind } from '../sessions/session.ts';
import { authenticate, authenticateServer } from './authentication.ts';
import { chatOperations } from './channels.ts';
import { messagingOperations, systemMessagingOperations } from './messages.ts';
import { beat, playerOperations, timeOperations } from './player.ts';
import {
  eventOperations,
  friendOperations,
  groupOperations,
  presenceOperations,
  scriptOperations,
} from './presence.ts';
import { systemChatOperations } from './system-channels.ts';

/** Every call, by whose it is, service and operation. */
export const catalogues: Readonly<Record<SessionKind, Catalogue>> = {
  client: {
    authenticationV2: { AUTHENTICATE: authenticate },
    heartbeat: { READ: beat },
    playerState: playerOperations,
    time: timeOperations,
    chat: chatOperations,
    messaging: messagingOperations,
    rttRegistration: { REQUEST_CLIENT_CONNECTION: requestClientConnection },
    event: eventOperations,
    friend: friendOperations,
    group: groupOperations,
    presence: presenceOperations,
  },
  server: {
    authenticationV2: { AUTHENTICATE: authenticateServer },
    heartbeat: { HEARTBEAT: beat },
    time: timeOperations,
    chat: systemChatOperations,
    messaging: systemMessagingOperations,
    rttRegistration: { REQUEST_SYSTEM_CONNECTION: requestSystemConnection },
    script: scriptOperations,
  },
};
