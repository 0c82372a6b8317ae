import type { Handlers } from '../call.ts';
import { deleteMessages } from './delete.ts';
import { forward } from './forward.ts';
import { history } from './history.ts';
import { lists } from './lists.ts';
import { post } from './post.ts';
import { changeStatus } from './status.ts';
import { syncPage } from './sync.ts';

export const chat: Handlers<'chat'> = {
  ...history,
  ...lists,
  post,
  forward,
  delete: deleteMessages,
  change_status: changeStatus,
  sync: ({ hub, user, input }) => syncPage(hub, user.id, input.since, input.limit),
};
