import { z } from 'zod';
import { type Operations, operation } from '../sessions/session.ts';
import { read } from '../wire/body.ts';

/** When a user was made: his id begins with it. */
export function createdMs(userId: string, otherwise: number): number {
  const [, time] = /^([0-9a-f]{8}-[0-9a-f]{4})-7/.exec(userId) ?? [];
  return time === undefined ? otherwise : Number.parseInt(time.replace('-', ''), 16);
}

const url = z.string().nullable();

export const playerOperations: Operations = {
  READ: operation(['session.whoami'], async ({ call, clock }) => {
    const { user } = await call('session.whoami', {});
    return {
      ...{
        profileId: user.id,
        id: user.id,
        playerName: user.surname,
        pictureUrl: user.picture_url,
      },
      ...{ emailAddress: user.email, createdAt: createdMs(user.id, clock()), server_time: clock() },
    };
  }),
  UPDATE_NAME: operation(['user.update'], async ({ call }, data) => {
    const { playerName } = read(z.object({ playerName: z.string() }), data);
    const { surname } = await call('user.update', { firstname: playerName, lastname: '' });
    return { playerName: surname };
  }),
  UPDATE_PICTURE_URL: operation(['user.update'], async ({ call }, data) => {
    // The document calls it otherwise than the clients do.
    const sent = read(
      z.object({ playerPictureUrl: url.optional(), pictureUrl: url.optional() }),
      data,
    );
    const wanted = sent.playerPictureUrl ?? sent.pictureUrl ?? null;
    const { picture_url: kept } = await call('user.update', {
      picture_url: wanted === '' ? null : wanted,
    });
    return { pictureUrl: kept, playerPictureUrl: kept };
  }),
  LOGOUT: operation(['session.logout'], async (context) => {
    await context.call('session.logout', {});
    context.session = undefined;
    return null;
  }),
};

/** Any packet lets a session live on. */
export const beat = operation([], async () => null);

export const timeOperations: Operations = {
  READ: operation([], async ({ clock }) => ({ server_time: clock() })),
};
