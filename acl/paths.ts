import { z } from 'zod';
import { Ready } from './events.ts';
import { readers, writers } from './language/by.ts';
import { integer } from './language/fields.ts';
import { method } from './language/method.ts';
import { chatGrants } from './language/permission.ts';

/* What is reached by a path of its own and admitted like a method. */

export const fileBytes = method({
  doc:
    'Get the bytes of a file of a message that the caller can see, or of a file that they have ' +
    'uploaded and not sent.',
  by: readers,
  safe: true,
  grants: chatGrants.viewing,
  input: z.object({}),
  output: z.unknown(),
  errors: ['FILE_NOT_FOUND', 'INVALID_RANGE'],
  events: [],
});

/** Not safe: a page that may not change anything must not receive anything either. */
export const socket = method({
  doc:
    'Receive events. With `since`, first those after that `seq`; then `ready`, then every event ' +
    'as it is committed.',
  by: writers,
  safe: false,
  grants: chatGrants.acting,
  input: z.object({ since: integer(0).nullish() }),
  output: Ready,
  errors: [],
  events: [],
});

/** A gateway's WebSocket, once its session is known; the session of a key may have one too. */
export const gatewaySocket = method({
  doc: 'Receive what a gateway pushes to the session.',
  by: { member: 'write', key: 'write' },
  safe: false,
  grants: chatGrants.viewing,
  input: z.object({}),
  output: z.unknown(),
  errors: [],
  events: [],
});

/** Called by GET. */
export const paths = { '/-/file/{nid}': fileBytes, '/-/file/{nid}/thumb': fileBytes } as const;

export const socketPath = '/-/socket.io';
