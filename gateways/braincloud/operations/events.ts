import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { type Context, type Operations, operation } from '../operation.ts';
import { frameOf } from '../rtt/frames.ts';
import { readSchema } from '../wire/body.ts';
import { content } from '../wire/schemas.ts';

const Event = z.object({
  toId: z.string(),
  eventType: z.string().max(256),
  eventData: content.nullish(),
});

/** Whether the session's user can write to another user of the application. */
async function canWriteTo(
  { apps, appId, call, session }: Context<'session.whoami'>,
  toId: string,
): Promise<boolean> {
  const userId = session?.userId ?? '';
  if (toId === userId) return true;
  const { hubs } = await call('session.whoami', {});
  const membership = hubs.find((hub) => hub.hub_id === appId);
  const canWrite = membership?.grants.includes('chat:chat:access') ?? false;
  return canWrite && apps.canWriteTo(appId, userId, toId);
}

export const eventOperations: Operations = {
  /** Pushes an event to the open sockets of a user, and stores nothing. */
  SEND: operation(['session.whoami'], async (context, data) => {
    const { connections, session, appId, clock } = context;
    const { toId, eventType, eventData } = readSchema(Event, data);
    if (JSON.stringify(eventData ?? null).length > values.maxEventCharacters)
      throw new Refusal(
        'MESSAGE_TOO_LARGE',
        `eventData: must have at most ${values.maxEventCharacters} characters`,
      );
    if (!(await canWriteTo(context, toId)))
      throw new Refusal('INVALID_PARAMETER_VALUE', 'toId: is not a user to whom you can write');
    const evId = randomUUID();
    const event = {
      evId,
      eventType,
      fromPlayerId: session?.userId ?? '',
      toPlayerId: toId,
      createdAt: clock(),
      eventData,
    };
    connections.push(appId, { userId: toId, frame: () => frameOf('event', 'GET_EVENTS', event) });
    return { evId };
  }),
};
