import type { Handlers } from '../../core/call.ts';
import { syncPage } from '../../events/replay.ts';
import { files } from './files/attachment.ts';
import { lists } from './lists/chat_rooms.ts';
import { reactions } from './reactions/react.ts';
import { history } from './read/messages.ts';
import { changeStatus } from './write/change_status.ts';
import { deleteMessages } from './write/delete.ts';
import { edit } from './write/edit.ts';
import { forward } from './write/forward.ts';
import { pins } from './write/pin.ts';
import { post } from './write/post.ts';
import { typing } from './write/typing.ts';

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
