import type { Handlers } from '../../core/call.ts';
import { attachment } from './files/attachment.ts';
import { fileUrls } from './files/file_urls.ts';
import { files } from './files/files.ts';
import { upload } from './files/upload.ts';
import { uploadRemove } from './files/upload_remove.ts';
import { chatRoomInfo } from './lists/chat_room_info.ts';
import { chatRooms } from './lists/chat_rooms.ts';
import { contactRooms } from './lists/contact_rooms.ts';
import { countAll } from './lists/count_all.ts';
import { shareRooms } from './lists/share_rooms.ts';
import { tagChatCount } from './lists/tag_chat_count.ts';
import { toRead } from './lists/to_read.ts';
import { react } from './reactions/react.ts';
import { setReactions } from './reactions/set_reactions.ts';
import { get } from './read/get.ts';
import { messages } from './read/messages.ts';
import { pins } from './read/pins.ts';
import { sync } from './read/sync.ts';
import { thread } from './read/thread.ts';
import { acknowledge } from './state/acknowledge.ts';
import { changeStatus } from './state/change_status.ts';
import { markUnread } from './state/mark_unread.ts';
import { notify } from './state/notify.ts';
import { deleteMessages } from './write/delete.ts';
import { edit } from './write/edit.ts';
import { forward } from './write/forward.ts';
import { pin } from './write/pin.ts';
import { post } from './write/post.ts';
import { typing } from './write/typing.ts';
import { unpin } from './write/unpin.ts';

export const chat: Handlers<'chat'> = {
  attachment,
  file_urls: fileUrls,
  files,
  upload,
  upload_remove: uploadRemove,

  chat_room_info: chatRoomInfo,
  chat_rooms: chatRooms,
  contact_rooms: contactRooms,
  count_all: countAll,
  share_rooms: shareRooms,
  tag_chat_count: tagChatCount,
  to_read: toRead,

  react,
  set_reactions: setReactions,

  get,
  messages,
  pins,
  sync,
  thread,

  acknowledge,
  change_status: changeStatus,
  delete: deleteMessages,
  edit,
  forward,
  mark_unread: markUnread,
  notify,
  pin,
  post,
  typing,
  unpin,
};
