import type { Handlers } from '../../core/call.ts';
import { create } from './channels/create.ts';
import { deleteChannel } from './channels/delete.ts';
import { getId } from './channels/get_id.ts';
import { info } from './channels/info.ts';
import { list } from './channels/list.ts';
import { deleteMessage } from './messages/delete_message.ts';
import { getMessage } from './messages/get_message.ts';
import { post } from './messages/post.ts';
import { postSimple } from './messages/post_simple.ts';
import { recent } from './messages/recent.ts';
import { updateMessage } from './messages/update_message.ts';
import { connect } from './participants/connect.ts';
import { disconnect } from './participants/disconnect.ts';

export const channel: Handlers<'channel'> = {
  create,
  delete: deleteChannel,
  get_id: getId,
  info,
  list,

  delete_message: deleteMessage,
  get_message: getMessage,
  post,
  post_simple: postSimple,
  recent,
  update_message: updateMessage,

  connect,
  disconnect,
};
