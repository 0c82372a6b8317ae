import type { Handlers } from '../call.ts';
import { deleteMessages } from './delete.ts';
import { edit } from './edit.ts';
import { files } from './files.ts';
import { forward } from './forward.ts';
import { history } from './history.ts';
import { lists } from './lists.ts';
import { pins } from './pins.ts';
import { post } from './post.ts';
import { reactions } from './reactions.ts';
import { changeStatus } from './status.ts';
import { syncPage } from './sync.ts';
import { typing } from './typing.ts';

export const chat: Handlers<'chat'> = {
  ...history,
  ...lists,
  ...files,
  ...pins,
  ...reactions,
  post,
  edit,
  typing,
  forward,
  delete: deleteMessages,
  change_status: changeStatus,
  sync: ({ hub, user, input }) => syncPage(hub, user.id, input.since, input.limit),
};
