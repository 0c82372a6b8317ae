import { z } from 'zod';
import { createdMsOf } from '../ids.ts';
import { type Operations, operation } from '../operation.ts';
import { readSchema } from '../wire/body.ts';

const url = z.string().nullable();

export const playerOperations: Operations = {
  READ: operation(['session.whoami'], async ({ call, clock }) => {
    const { user } = await call('session.whoami', {});
    return {
      profileId: user.id,
      id: user.id,
      playerName: user.surname,
      pictureUrl: user.picture_url,
      emailAddress: user.email,
      createdAt: createdMsOf(user.id, clock()),
      server_time: clock(),
    };
  }),
  UPDATE_NAME: operation(['user.update'], async ({ call }, data) => {
    const { playerName } = readSchema(z.object({ playerName: z.string() }), data);
    const { surname } = await call('user.update', { firstname: playerName, lastname: '' });
    return { playerName: surname };
  }),
  UPDATE_PICTURE_URL: operation(['user.update'], async ({ call }, data) => {
    // The documentation says pictureUrl, the published clients send playerPictureUrl.
    const { playerPictureUrl, pictureUrl } = readSchema(
      z.object({ playerPictureUrl: url.optional(), pictureUrl: url.optional() }),
      data,
    );
    const { picture_url: updated } = await call('user.update', {
      picture_url: (playerPictureUrl ?? pictureUrl) || null,
    });
    return { pictureUrl: updated, playerPictureUrl: updated };
  }),
  LOGOUT: operation(['session.logout'], async (context) => {
    await context.call('session.logout', {});
    context.session = undefined;
    return null;
  }),
};
