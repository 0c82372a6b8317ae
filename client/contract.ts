// Written by `npm run reference` from the declarations in acl/.
export type GeneralError = 'INVALID_INPUT' | 'NOT_AUTHENTICATED' | 'PERMISSION_DENIED' | 'METHOD_NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'TOO_LARGE' | 'UNSUPPORTED_TYPE' | 'RATE_LIMITED' | 'INTERNAL_ERROR' | 'UNAVAILABLE';
export type AnyEvent = {
  name: "chat.post" | "chat.forward" | "chat.edit" | "chat.acknowledge" | "chat.delete" | "chat.mark_unread" | "chat.pin" | "chat.unpin" | "chat.react" | "chat.set_reactions" | "chat.change_status" | "chat.notify" | "room.create" | "room.update" | "room.add" | "room.remove" | "room.delete" | "room.purge" | "channel.create" | "channel.delete" | "setting.put" | "setting.patch" | "setting.patch_user" | "setting.reset_user" | "hub.set_privilege" | "hub.remove_member" | "key.create" | "contact.block" | "contact.unblock" | "messaging.send" | "messaging.mark_read" | "messaging.delete" | "messaging.sys_update" | "messaging.sys_delete" | "tag.create" | "tag.rename" | "tag.remove" | "tag.assign";
  seq: number;
  hub_id: string;
  room_id: string | null;
  entity_id: string;
  actor_id: string;
  stream: string;
  prev: number;
  echoId?: string;
  notify: 0 | 1;
  data: Record<string, unknown>;
};
export type Attachment = {
  nid: string;
  file_name: string;
  filesize: number;
  extension: string;
  category: "image" | "video" | "audio" | "document" | "other";
  mimetype: string;
  width?: number;
  height?: number;
  has_thumbnail: 0 | 1;
  url: string | null;
  thumb_url: string | null;
  hub_id: string;
  privilege: 3 | 15;
  page: number;
};
export type Card = {
  id: string;
  firstname: string;
  lastname: string;
  surname: string;
};
export type ChangedMail = {
  message_id: string;
  message_version: number;
};
export type Channel = {
  channel_id: string;
  type: "gl" | "gr" | "dy" | "sy";
  sub_id: string;
  entity_id: string;
  name: string;
  description: string;
  num_msgs: number;
  listeners: number | null;
  history_limit: number | null;
  expire_days: number | null;
};
export type ChannelMessage = {
  message_id: string;
  room_id: string;
  message: string;
  author_id: string;
  entity: Card;
  ctime: number;
  ctime_ms: number;
  version: number;
  edited: 0 | 1;
  edited_ms: number | null;
  is_forward: 0 | 1;
  forward_message_id: string | null;
  is_attachment: 0 | 1;
  attachment_count: number;
  thread_id: string | null;
  root_id: string | null;
  thread: Thread | null;
  content: Record<string, unknown> | null;
  from: PostedAs | null;
  mention_ids: (string)[];
  reactions: (Reaction)[];
  ordinal: number;
  files: (StagedFile)[];
  channel_id: string;
};
export type ConversationNotify = {
  entity_id: string;
  notify_level: "default" | "all" | "mentions" | "none";
  notify_until_ms: number | null;
};
export type ConversationStatus = {
  entity_id: string;
  status: "archived" | "active";
  for: "me" | "all";
  is_archived: 0 | 1;
};
export type Counters = {
  total_cnt: number;
  contact_chat_cnt: number;
  share_chat_cnt: number;
  archive_chat_cnt: number;
  head_chat_cnt: number;
  support_cnt: 0;
};
export type DeletedMail = {
  message_id: string;
  deleted: 1;
};
export type DeletedMessage = {
  message_id: string;
  room_id: string;
  deleted: 1;
};
export type FileLinks = {
  nid: string;
  url: string | null;
  thumb_url: string | null;
};
export type HiddenMessage = {
  message_id: string;
  message: "DELETED";
};
export type HubSettings = {
  message_retention_days: number;
  reactions_enabled: 0 | 1;
};
export type MadeBy = {
  user_id: string;
  key_id: string | null;
} | null;
export type Mail = {
  message_id: string;
  message_version: number;
  message_created_ms: number;
  message_updated_ms: number;
  from: {
    id: string | null;
    name: string;
    pic: string | null;
  };
  to_ids: (string)[];
  sent_ms: number;
  content: Record<string, unknown>;
  owner_id: string;
  box: "inbox" | "sent";
  is_read: 0 | 1;
  version: number;
  created_ms: number;
  updated_ms: number;
};
export type Member = {
  user_id: string;
  firstname: string;
  lastname: string;
  surname: string;
  privilege: number;
  ctime: number;
};
export type MessageData = {
  message_id: string;
  room_id: string;
  message: string;
  author_id: string;
  entity: Card;
  ctime: number;
  ctime_ms: number;
  version: number;
  edited: 0 | 1;
  edited_ms: number | null;
  is_forward: 0 | 1;
  forward_message_id: string | null;
  is_attachment: 0 | 1;
  attachment_count: number;
  thread_id: string | null;
  root_id: string | null;
  thread: Thread | null;
  content: Record<string, unknown> | null;
  from: PostedAs | null;
  mention_ids: (string)[];
  reactions: (Reaction)[];
  ordinal: number;
  files: (StagedFile)[];
};
export type MessageFile = {
  nid: string;
  file_name: string;
  filesize: number;
  extension: string;
  category: "image" | "video" | "audio" | "document" | "other";
  mimetype: string;
  width?: number;
  height?: number;
  has_thumbnail: 0 | 1;
  url: string | null;
  thumb_url: string | null;
};
export type MessageRow = {
  message_id: string;
  room_id: string;
  message: string;
  author_id: string;
  entity: Card;
  ctime: number;
  ctime_ms: number;
  version: number;
  edited: 0 | 1;
  edited_ms: number | null;
  is_forward: 0 | 1;
  forward_message_id: string | null;
  is_attachment: 0 | 1;
  attachment_count: number;
  thread_id: string | null;
  root_id: string | null;
  thread: Thread | null;
  content: Record<string, unknown> | null;
  from: PostedAs | null;
  mention_ids: (string)[];
  reactions: (Reaction)[];
  ordinal: number;
  files: (MessageFile)[];
  entity_id: string;
  seq: number;
  cursor: string;
  page: number;
  status: "active";
  is_notify: 0 | 1;
  is_readed: 0 | 1;
  is_seen: 0 | 1;
  my_reactions: (string)[];
  echoId?: string;
};
export type Participant = {
  user_id: string;
  firstname: string;
  lastname: string;
  surname: string;
  is_owner: 0 | 1;
  pointer: number;
  ctime: number;
  cursor: string;
};
export type Pin = {
  message_id: string;
  room_id?: string;
  message: string;
  author_id?: string;
  entity?: Card;
  ctime?: number;
  ctime_ms?: number;
  version?: number;
  edited?: 0 | 1;
  edited_ms?: number | null;
  is_forward?: 0 | 1;
  forward_message_id?: string | null;
  is_attachment?: 0 | 1;
  attachment_count?: number;
  thread_id?: string | null;
  root_id?: string | null;
  thread?: Thread | null;
  content?: Record<string, unknown> | null;
  from?: PostedAs | null;
  mention_ids?: (string)[];
  reactions?: (Reaction)[];
  ordinal?: number;
  files?: (MessageFile)[];
  entity_id?: string;
  seq?: number;
  pinned_by?: string;
  pinned_ms?: number;
};
export type PostedAs = {
  name: string;
  pic: string | null;
};
export type Reaction = {
  emoji: string;
  count: number;
  user_ids: (string)[];
};
export type ReadMark = {
  message_id: string;
  entity_id: string;
  room_id: string;
  user_id: string;
  ordinal: number;
  unread: number;
};
export type Ready = {
  protocol: 1;
  hub_id: string;
  user_id: string;
  seq: number;
  recovered: boolean;
};
export type RoomFile = {
  nid: string;
  file_name: string;
  filesize: number;
  extension: string;
  category: "image" | "video" | "audio" | "document" | "other";
  mimetype: string;
  width?: number;
  height?: number;
  has_thumbnail: 0 | 1;
  url: string | null;
  thumb_url: string | null;
  message_id: string;
  entity_id: string;
  author_id: string;
  entity: Card;
  ctime: number;
  ctime_ms: number;
  cursor: string;
};
export type RoomInfo = {
  entity_id: string;
  room_id: string;
  name: string;
  description: string;
  created_by: string;
  ctime: number;
  owner_ids: (string)[];
  member_count: number;
  visibility: "private" | "public";
  is_archived: 0 | 1;
  system_access: 0 | 1;
  external_id: string | null;
  made_by_key: 0 | 1;
};
export type RoomRow = {
  entity_id: string;
  room_id: string | null;
  hub_id: string;
  flag: "contact" | "share";
  contact_id: string | null;
  firstname: string | null;
  lastname: string | null;
  surname: string | null;
  group_name: string | null;
  display: string;
  member_count: number;
  last_message: string;
  last_message_id: string | null;
  last_author_id: string | null;
  is_attachment: 0 | 1;
  last_activity: number;
  last_activity_ms: number;
  unread_count: number;
  is_archived: 0 | 1;
  is_blocked: 0 | 1;
  status: "active" | "archived";
  tag_ids: (string)[];
  notify_level: "default" | "all" | "mentions" | "none";
  notify_until_ms: number | null;
  pointer: number;
  last_ordinal: number;
  page: number;
  cursor: string;
};
export type RoomWithUsers = {
  entity_id: string;
  room_id: string;
  name: string;
  description: string;
  created_by: string;
  ctime: number;
  owner_ids: (string)[];
  member_count: number;
  visibility: "private" | "public";
  is_archived: 0 | 1;
  system_access: 0 | 1;
  external_id: string | null;
  made_by_key: 0 | 1;
  user_ids: (string)[];
  users: (Card)[];
};
export type SharedMail = {
  message_id: string;
  message_version: number;
  message_created_ms: number;
  message_updated_ms: number;
  from: {
    id: string | null;
    name: string;
    pic: string | null;
  };
  to_ids: (string)[];
  sent_ms: number;
  content: Record<string, unknown>;
};
export type StagedFile = {
  nid: string;
  file_name: string;
  filesize: number;
  extension: string;
  category: "image" | "video" | "audio" | "document" | "other";
  mimetype: string;
  width?: number;
  height?: number;
  has_thumbnail: 0 | 1;
};
export type Tag = {
  tag_id: string;
  tag_name: string;
};
export type Thread = {
  message_id: string;
  message: string;
  author_id?: string;
  is_attachment?: 0 | 1;
  entity?: Card;
};
export type UserOfHub = {
  user_id: string;
  firstname: string;
  lastname: string;
  surname: string;
  privilege: number;
  ctime: number;
  email: string | null;
  picture_url: string | null;
  external_id: string | null;
  last_seen: number | null;
};
export type UserSettings = {
  user_id: string;
  muted: 0 | 1;
  muted_until_ms: number | null;
  mentions_only: 0 | 1;
  notify_on_reactions: 0 | 1;
  mobile_notifications: "always" | "only_when_inactive";
};
/** The methods of each module: parameters, what they return, and error codes. */
export interface Contract {
  channel: {
    /** Get the id of a channel by its type and sub id. A global channel and a group room must exist. */
    get_id: {
      params: {
        type: "gl" | "gr" | "dy" | "sy";
        sub_id: string;
      };
      output: {
        channel_id: string;
      };
      failure: 'CHANNEL_NOT_FOUND' | GeneralError;
    };
    /** List the channels that the caller may read: global channels, the dynamic channels they are connected to, and their group rooms. */
    list: {
      params: {
        type?: "gl" | "gr" | "dy" | "all";
      };
      output: (Channel)[];
      failure: GeneralError;
    };
    /** Create a global, dynamic or system channel. If it exists already, it is returned unchanged. */
    create: {
      params: {
        type: "gl" | "dy" | "sy";
        sub_id: string;
        name?: string;
        description?: string;
        history_limit?: number | null;
        expire_days?: number | null;
      };
      output: Channel;
      failure: GeneralError;
    };
    /** Delete a channel with its history. Group rooms cannot be deleted by this method. */
    delete: {
      params: {
        channel_id: string;
      };
      output: {
        ok: 1;
      };
      failure: 'CHANNEL_NOT_FOUND' | GeneralError;
    };
    /** Get a channel’s name, description and counts. */
    info: {
      params: {
        channel_id: string;
      };
      output: Channel;
      failure: 'CHANNEL_NOT_FOUND' | GeneralError;
    };
    /** Connect the caller to a channel and get its newest messages, oldest first. From then on it is in the caller’s lists and counters, and they receive its events. */
    connect: {
      params: {
        channel_id: string;
        limit?: number;
      };
      output: {
        channel: Channel;
        messages: (ChannelMessage)[];
      };
      failure: 'CHANNEL_NOT_FOUND' | 'ROOM_FULL' | GeneralError;
    };
    /** Disconnect the caller from a channel. A group room is left by room.remove only. */
    disconnect: {
      params: {
        channel_id: string;
      };
      output: {
        ok: 1;
      };
      failure: 'CHANNEL_NOT_FOUND' | GeneralError;
    };
    /** Get the newest messages of a channel, oldest first. */
    recent: {
      params: {
        channel_id: string;
        limit?: number;
      };
      output: (ChannelMessage)[];
      failure: 'CHANNEL_NOT_FOUND' | GeneralError;
    };
    /** Get one message of a channel. */
    get_message: {
      params: {
        channel_id: string;
        message_id: string;
      };
      output: ChannelMessage;
      failure: 'CHANNEL_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Post a JSON object to a channel; plain text goes in `text`. The operator and keys with admin may set the sender. */
    post: {
      params: {
        channel_id: string;
        record?: 0 | 1;
        from?: {
          name?: string;
          pic?: string | null;
        };
        echoId?: string;
        content: Record<string, unknown>;
      };
      output: {
        message_id: string;
        channel_id: string;
        seq: number | null;
        echoId?: string;
      };
      failure: 'CHANNEL_NOT_FOUND' | 'ROOM_ARCHIVED' | 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Post text to a channel. The operator and keys with admin may set the sender. */
    post_simple: {
      params: {
        channel_id: string;
        record?: 0 | 1;
        from?: {
          name?: string;
          pic?: string | null;
        };
        echoId?: string;
        text: string;
      };
      output: {
        message_id: string;
        channel_id: string;
        seq: number | null;
        echoId?: string;
      };
      failure: 'CHANNEL_NOT_FOUND' | 'ROOM_ARCHIVED' | 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Replace the content of a message in a channel. Members may change only their own messages. With a version, fails unless the message still has that version. */
    update_message: {
      params: {
        channel_id: string;
        message_id: string;
        version?: number;
        content: Record<string, unknown>;
      };
      output: {
        message_id: string;
        version: number;
      };
      failure: 'CHANNEL_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | 'VERSION_MISMATCH' | 'ROOM_ARCHIVED' | GeneralError;
    };
    /** Delete a message in a channel for everyone. Members may delete only their own messages. `deleted` is 0 if the message does not exist. */
    delete_message: {
      params: {
        channel_id: string;
        message_id: string;
        version?: number;
      };
      output: {
        message_id: string;
        deleted: 0 | 1;
      };
      failure: 'CHANNEL_NOT_FOUND' | 'VERSION_MISMATCH' | GeneralError;
    };
  };
  chat: {
    /** Get a page of a conversation, newest first, and mark the returned messages as read unless mark_read is 0. */
    messages: {
      params: {
        entity_id: string;
        page?: number;
        limit?: number;
        before?: string;
        after?: string;
        before_ms?: number;
        after_ms?: number;
        mark_read?: 0 | 1;
      };
      output: (MessageRow)[];
      failure: 'ROOM_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Get messages by id, in the order given. Messages that the caller cannot see are left out; fails if none remains. */
    get: {
      params: {
        message_ids: (string)[];
      };
      output: (MessageRow)[];
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Get a page of a thread, newest first: its first message and every reply. thread_id may be any message of the thread. */
    thread: {
      params: {
        thread_id: string;
        page?: number;
        limit?: number;
        before?: string;
        after?: string;
        before_ms?: number;
        after_ms?: number;
      };
      output: (MessageRow)[];
      failure: 'INVALID_THREAD' | 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Count the unread messages of a conversation, and the pages of 45 that hold them. */
    to_read: {
      params: {
        entity_id: string;
      };
      output: {
        entity_id: string;
        unread: number;
        pages_to_read: number;
        page: number;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** List the pinned messages of a conversation, most recently pinned first. One that the caller hid is `{message_id, message: "DELETED"}`. */
    pins: {
      params: {
        entity_id: string;
      };
      output: (Pin)[];
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** List every event after `since` that the caller may see, in order. Pass the returned `seq` as the next `since`. If `recovered` is false, the log no longer covers `since` and the client must reload everything. */
    sync: {
      params: {
        since: number;
        limit?: number;
      };
      output: {
        events: (AnyEvent)[];
        seq: number;
        first: number;
        more: boolean;
        recovered: boolean;
      };
      failure: GeneralError;
    };
    /** Post a message to a member (direct) or to a room (group). With an echoId, a repeated call returns the message of the first one. */
    post: {
      params: {
        entity_id: string;
        message?: string;
        thread_id?: string | null;
        attachment?: (string)[];
        mention_ids?: (string)[];
        echoId?: string;
      };
      output: {
        message_id: string;
        room_id: string;
        message: string;
        author_id: string;
        entity: Card;
        ctime: number;
        ctime_ms: number;
        version: number;
        edited: 0 | 1;
        edited_ms: number | null;
        is_forward: 0 | 1;
        forward_message_id: string | null;
        is_attachment: 0 | 1;
        attachment_count: number;
        thread_id: string | null;
        root_id: string | null;
        thread: Thread | null;
        content: Record<string, unknown> | null;
        from: PostedAs | null;
        mention_ids: (string)[];
        reactions: (Reaction)[];
        ordinal: number;
        files: (MessageFile)[];
        entity_id: string;
        to_id: string;
        seq: number;
        room: number;
        total: number;
        echoId?: string;
        deleted?: 1;
      };
      failure: 'INVALID_CONTACT' | 'INVALID_ATTACHMENT' | 'INVALID_THREAD' | 'ROOM_ARCHIVED' | 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Copy messages to other conversations, with text, attachments and a link to the original. Copies all of them or none. */
    forward: {
      params: {
        entities: (string)[];
        nodes: {
          messages: (string)[];
          hub_id?: unknown;
        };
        echoId?: string;
      };
      output: ({
        message_id: string;
        entity_id: string;
        room_id: string;
        forward_message_id: string;
        author_id: string;
        is_attachment: 0 | 1;
        files: (MessageFile)[];
        is_forward: 1;
        seq: number;
        ctime: number;
        echoId?: string;
      })[];
      failure: 'INVALID_RECIPIENT' | 'INVALID_MESSAGES' | 'ROOM_ARCHIVED' | GeneralError;
    };
    /** Change the text of one of the caller’s own messages, and with mention_ids its mentions. With a version, fails unless the message still has that version. */
    edit: {
      params: {
        message_id: string;
        message: string;
        version?: number;
        mention_ids?: (string)[];
      };
      output: {
        message_id: string;
        room_id: string;
        message: string;
        author_id: string;
        entity: Card;
        ctime: number;
        ctime_ms: number;
        version: number;
        edited: 0 | 1;
        edited_ms: number | null;
        is_forward: 0 | 1;
        forward_message_id: string | null;
        is_attachment: 0 | 1;
        attachment_count: number;
        thread_id: string | null;
        root_id: string | null;
        thread: Thread | null;
        content: Record<string, unknown> | null;
        from: PostedAs | null;
        mention_ids: (string)[];
        reactions: (Reaction)[];
        ordinal: number;
        files: (MessageFile)[];
        entity_id: string;
        seq: number;
      };
      failure: 'MESSAGE_NOT_FOUND' | 'VERSION_MISMATCH' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | GeneralError;
    };
    /** Delete messages for the caller, or for everyone: the caller’s own, or any as a moderator of the hub. Deletes all of them or none. */
    delete: {
      params: {
        option: "me" | "all";
        messages: (string)[];
      };
      output: ({
        message_id: string;
        entity_id: string;
        delete_status: "me" | "all";
      })[];
      failure: 'INVALID_OPTION' | 'INVALID_MESSAGES' | GeneralError;
    };
    /** Pin messages of one conversation for everyone in it, at most 5 in all. Pins all of them or none. */
    pin: {
      params: {
        message_id?: string;
        message_ids?: (string)[];
      };
      output: {
        message_id: string;
        entity_id: string;
        room_id: string;
        is_pinned: 0 | 1;
      };
      failure: 'MESSAGE_NOT_FOUND' | 'PIN_LIMIT' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | GeneralError;
    };
    /** Remove a pin of a conversation that the caller is in, also of a message that the caller hid. */
    unpin: {
      params: {
        message_id: string;
      };
      output: {
        message_id: string;
        entity_id: string;
        room_id: string;
        is_pinned: 0 | 1;
      };
      failure: 'MESSAGE_NOT_FOUND' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | GeneralError;
    };
    /** Mark a conversation as read up to a message. The pointer only moves forward; the reply holds its new position. */
    acknowledge: {
      params: {
        message_id: string;
      };
      output: ReadMark;
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Mark a message and all later ones as unread for the caller. Read receipts that others have seen stay. */
    mark_unread: {
      params: {
        message_id: string;
      };
      output: ReadMark;
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Archive or restore a conversation, for the caller (a new message restores it) or for everyone (an archived group room is read-only). Keys and the operator do so for everyone. */
    change_status: {
      params: {
        entity_id: string;
        status: "archived" | "active";
        for?: "me" | "all";
      };
      output: ConversationStatus;
      failure: 'ROOM_NOT_FOUND' | 'INVALID_STATUS0' | GeneralError;
    };
    /** Choose what notifies the caller in a conversation, for good or until a time: every message, mentions, nothing, or what their settings in the hub say. It changes `notify` of events, and nothing else: unread messages are counted as ever. Leaving a room ends it. */
    notify: {
      params: {
        entity_id: string;
        level: "default" | "all" | "mentions" | "none";
        until_ms?: number | null;
      };
      output: ConversationNotify;
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** Signal to the others in a conversation that the caller is typing or has stopped. Nothing is stored, and too frequent signals are dropped. */
    typing: {
      params: {
        entity_id: string;
        state?: 0 | 1;
      };
      output: {
        entity_id: string;
        state: 0 | 1;
      };
      failure: 'ROOM_NOT_FOUND' | 'ROOM_ARCHIVED' | GeneralError;
    };
    /** List the caller’s conversations, latest activity first, 45 a page. Pages are numbered, or continue from the cursor of a row. */
    chat_rooms: {
      params: {
        tag_id?: "" | string;
        page?: number;
        before?: string;
        key?: string;
        flag?: "" | "contact" | "share" | "all";
        option?: "active" | "archived" | "all";
      };
      output: (RoomRow)[];
      failure: 'TAG_NOT_FOUND' | GeneralError;
    };
    /** Get one of the caller’s conversations as it appears in their lists. A direct conversation without messages is returned empty. */
    chat_room_info: {
      params: {
        key: string;
      };
      output: RoomRow;
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** List the caller’s direct conversations, latest activity first, 45 a page. */
    contact_rooms: {
      params: {
        tag_id?: "" | string;
        page?: number;
        before?: string;
        key?: string;
        option?: "active" | "archived" | "all";
      };
      output: (RoomRow)[];
      failure: 'TAG_NOT_FOUND' | GeneralError;
    };
    /** List the caller’s group rooms, latest activity first, 45 a page. */
    share_rooms: {
      params: {
        page?: number;
        before?: string;
        key?: string;
        option?: "active" | "archived" | "all";
      };
      output: (RoomRow)[];
      failure: GeneralError;
    };
    /** Count the caller’s unread messages over all conversations. */
    count_all: {
      params: {};
      output: Counters;
      failure: GeneralError;
    };
    /** Count the conversations under one of the caller’s tags, and their unread messages. */
    tag_chat_count: {
      params: {
        tag_id: string;
      };
      output: ({
        tag_id: string;
        tag_name: string;
        chat_count: number;
        room_count: number;
      })[];
      failure: 'TAG_NOT_FOUND' | GeneralError;
    };
    /** List the files of a message, in the order they were sent, 5 a page. */
    attachment: {
      params: {
        message_id: string;
        page?: number;
      };
      output: (Attachment)[];
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** List the files of a conversation, the newest first: pictures (images with a thumbnail), other files, or both. `before` and `after` are the cursor of a row, or a message of the conversation. It marks nothing as read. */
    files: {
      params: {
        entity_id: string;
        kind?: "pictures" | "others" | "all";
        limit?: number;
        before?: string;
        after?: string;
      };
      output: (RoomFile)[];
      failure: 'ROOM_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Get signed links to files by their nids, in the order given, for a page’s images, videos and downloads. Files that the caller cannot read are left out; fails if none remains. */
    file_urls: {
      params: {
        nids: (string)[];
      };
      output: (FileLinks)[];
      failure: 'FILE_NOT_FOUND' | GeneralError;
    };
    /** Upload files to send with chat.post. Files not sent within 48 hours are removed. The hub is named by the query, by x-hub-id or by the host. */
    upload: {
      params: {
        file: (unknown)[];
      };
      output: (StagedFile)[];
      failure: GeneralError;
    };
    /** Remove a file that the caller has uploaded and not sent. */
    upload_remove: {
      params: {
        nid: string;
      };
      output: {
        nid: string;
        hub_id: string;
        file_name: string;
        filesize: number;
        extension: string;
        category: "image" | "video" | "audio" | "document" | "other";
        deleted: 1;
      };
      failure: 'INVALID_ATTACHMENT' | GeneralError;
    };
    /** Add a reaction to a message or remove it; without a state, toggle it. A message has at most 20 different emoji. */
    react: {
      params: {
        message_id: string;
        emoji: string;
        state?: 0 | 1;
      };
      output: {
        message_id: string;
        entity_id: string;
        room_id: string;
        emoji: string;
        state: 0 | 1;
        reactions: (Reaction)[];
      };
      failure: 'MESSAGE_NOT_FOUND' | 'REACTION_LIMIT' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | 'NOT_ENABLED' | GeneralError;
    };
    /** Replace all of the caller’s reactions to a message. */
    set_reactions: {
      params: {
        message_id: string;
        emojis: (string)[];
      };
      output: {
        message_id: string;
        entity_id: string;
        room_id: string;
        my_reactions: (string)[];
        reactions: (Reaction)[];
      };
      failure: 'MESSAGE_NOT_FOUND' | 'REACTION_LIMIT' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | 'NOT_ENABLED' | GeneralError;
    };
  };
  contact: {
    /** List the members whom the caller may write to, and those whom they blocked, by id. */
    list: {
      params: {
        key?: string;
        after?: string;
        limit?: number;
      };
      output: ({
        id: string;
        firstname: string;
        lastname: string;
        surname: string;
        entity_id: string;
        is_blocked: 0 | 1;
        cursor: string;
      })[];
      failure: GeneralError;
    };
    /** Block a member: neither can send the other messages or add the other to a room. Existing messages stay readable; who reads them across the block is not shown to the other until the next chat.acknowledge or post after it. */
    block: {
      params: {
        entity_id: string;
      };
      output: {
        entity_id: string;
        is_blocked: 1;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Remove the caller’s block of a member. */
    unblock: {
      params: {
        entity_id: string;
      };
      output: {
        entity_id: string;
        is_blocked: 0;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
  };
  hub: {
    /** Create a hub, with its first host name if one is given. */
    create: {
      params: {
        name: string;
        host?: string;
      };
      output: {
        hub_id: string;
      };
      failure: 'HOST_TAKEN' | GeneralError;
    };
    /** Get the hub’s name, host names, allowed origins, number of members, settings and limits. */
    info: {
      params: {};
      output: {
        hub_id: string;
        name: string;
        hosts: (string)[];
        origins: (string)[];
        member_count: number;
        settings: HubSettings;
        limits: {
          message_characters: number;
          message_files: number;
          file_bytes: number | null;
        };
        storage?: {
          used: number;
          limit: number | null;
        };
        has_app: 0 | 1;
      };
      failure: GeneralError;
    };
    /** Rename the hub, set the origins of web pages that may call it, or set its host names (operator only). */
    update: {
      params: {
        name?: string;
        origins?: (string)[];
        hosts?: (string)[];
      };
      output: {
        hub_id: string;
        name: string;
        hosts: (string)[];
        origins: (string)[];
        member_count: number;
        settings: HubSettings;
        limits: {
          message_characters: number;
          message_files: number;
          file_bytes: number | null;
        };
        storage?: {
          used: number;
          limit: number | null;
        };
        has_app: 0 | 1;
      };
      failure: 'HOST_TAKEN' | GeneralError;
    };
    /** List the hub’s members by id, 45 a page. */
    members: {
      params: {
        page?: number;
        key?: string;
        user_ids?: (string)[];
        after?: string;
        limit?: number;
      };
      output: ({
        user_id: string;
        firstname: string;
        lastname: string;
        surname: string;
        privilege: number;
        ctime: number;
        cursor: string;
      })[];
      failure: GeneralError;
    };
    /** Make a user a member. Only the operator may add a user who was never a member. If the user is a member, their privilege is set. */
    add_member: {
      params: {
        user_id: string;
        privilege?: 3 | 7 | 15 | 31 | 63;
      };
      output: Member;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Remove a member from the hub and all its group rooms, and close their sockets. Their messages stay. */
    remove_member: {
      params: {
        user_id: string;
      };
      output: {
        ok: 1;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Change a member’s privilege. Nobody can grant more than they have or change a member who has more. The last owner stays owner. */
    set_privilege: {
      params: {
        user_id: string;
        privilege: 3 | 7 | 15 | 31 | 63;
      };
      output: Member;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
  };
  key: {
    /** Create a key of the hub. The reply is the only one that contains the key itself. With user_id, the key acts as that member, who gets an event; for another member than the caller, and for kind braincloud, the caller must be an owner or the operator. A key of kind oauth or braincloud is not a token; session.exchange returns one for it. */
    create: {
      params: {
        name: string;
        permission: number;
        kind?: "api" | "oauth" | "braincloud";
        user_id?: string;
      };
      output: {
        key_id: string;
        key: string;
        client_id?: string;
        client_secret?: string;
        app_id?: string;
        app_secret?: string;
        server_name?: string;
        server_secret?: string;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Revoke a key, the keys made with it, also by members whom it made, and every session created with one of them. Returns the members whom these keys, or such members, made or gave their privilege, those with most rights first. */
    revoke: {
      params: {
        key_id: string;
      };
      output: {
        ok: 1;
        user_ids: (string)[];
      };
      failure: 'KEY_NOT_FOUND' | GeneralError;
    };
    /** List the hub’s keys, oldest first, without their secrets. */
    list: {
      params: {};
      output: ({
        key_id: string;
        name: string;
        kind: string;
        permission: number;
        user_id: string | null;
        made_by: MadeBy;
        ctime: number;
        is_revoked: 0 | 1;
      })[];
      failure: GeneralError;
    };
  };
  messaging: {
    /** List the names of the caller’s message boxes. */
    boxes: {
      params: {};
      output: ("inbox" | "sent")[];
      failure: GeneralError;
    };
    /** Count all messages and unread messages in the caller’s boxes. */
    counts: {
      params: {};
      output: {
        inbox: {
          total: number;
          unread: number;
        };
        sent: {
          total: number;
          unread: 0;
        };
      };
      failure: GeneralError;
    };
    /** Get messages of one of the caller’s boxes by id, in the order given. With mark_read they are marked as read, but returned in their earlier state. */
    get: {
      params: {
        box: "inbox" | "sent";
        message_ids: (string)[];
        mark_read?: 0 | 1;
      };
      output: {
        requested: number;
        actual: number;
        items: (Mail)[];
      };
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Get a page of the caller’s messages that match the criteria. */
    page: {
      params: {
        criteria?: Record<string, unknown>;
        sort?: Record<string, 1 | -1>;
        rows?: number;
        page?: number;
      };
      output: {
        context: string;
        count: number;
        page: number;
        items: (Mail)[];
        more_before: boolean;
        more_after: boolean;
      };
      failure: 'INVALID_CRITERIA' | GeneralError;
    };
    /** Get the page that is `offset` pages away from the one that returned the context. */
    page_offset: {
      params: {
        context: string;
        offset: number;
      };
      output: {
        context: string;
        count: number;
        page: number;
        items: (Mail)[];
        more_before: boolean;
        more_after: boolean;
      };
      failure: 'INVALID_CONTEXT' | GeneralError;
    };
    /** Send a message to members of the hub. Ids that are not of members are skipped, as are members who blocked the caller or whom the caller blocked. */
    send: {
      params: {
        to_ids: (string)[];
        content?: Record<string, unknown>;
        text?: string;
        echoId?: string;
      };
      output: {
        requested: number;
        actual: number;
        message_id: string;
        echoId?: string;
      };
      failure: 'INVALID_RECIPIENT' | 'RECIPIENT_LIMIT' | 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Mark messages of one of the caller’s boxes as read. `actual` counts those that exist. */
    mark_read: {
      params: {
        box: "inbox" | "sent";
        message_ids: (string)[];
      };
      output: {
        requested: number;
        actual: number;
      };
      failure: GeneralError;
    };
    /** Delete messages from one of the caller’s boxes. Other owners keep theirs. */
    delete: {
      params: {
        box: "inbox" | "sent";
        message_ids: (string)[];
      };
      output: {
        requested: number;
        actual: number;
      };
      failure: GeneralError;
    };
    /** Send a message from the system to members of the hub. */
    sys_send: {
      params: {
        to_ids: (string)[];
        content?: Record<string, unknown>;
        text?: string;
        from: {
          name: string;
          pic?: string;
        };
        echoId?: string;
      };
      output: {
        requested: number;
        actual: number;
        message_id: string;
        echoId?: string;
      };
      failure: 'INVALID_RECIPIENT' | 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Send a message from the system to every member of the hub. It is delivered in batches after the reply; sys_bulk returns the progress. */
    sys_send_bulk: {
      params: {
        content?: Record<string, unknown>;
        text?: string;
        from: {
          name: string;
          pic?: string;
        };
        echoId?: string;
      };
      output: {
        message_id: string;
        echoId?: string;
      };
      failure: 'ECHO_ID_CONFLICT' | GeneralError;
    };
    /** Get the progress of a message to every member. */
    sys_bulk: {
      params: {
        message_id: string;
      };
      output: {
        message_id: string;
        sent: number;
        is_done: 0 | 1;
      };
      failure: 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** Get messages from the system by id, without the state of their owners’ copies. Messages that members sent are skipped; only a server with a brainCloud key gets them too. */
    sys_get: {
      params: {
        message_ids: (string)[];
      };
      output: {
        requested: number;
        actual: number;
        items: (SharedMail)[];
      };
      failure: GeneralError;
    };
    /** Get a page of messages from the system that match the criteria, of all owners or of one. A server with a brainCloud key gets messages that members sent, too. */
    sys_page: {
      params: {
        criteria?: Record<string, unknown>;
        sort?: Record<string, 1 | -1>;
        rows?: number;
        page?: number;
        owner_id?: string;
      };
      output: {
        context: string;
        count: number;
        page: number;
        items: (Mail)[];
        more_before: boolean;
        more_after: boolean;
      };
      failure: 'INVALID_CRITERIA' | GeneralError;
    };
    /** Get the page that is `offset` pages away from the one of sys_page that returned the context. */
    sys_page_offset: {
      params: {
        context: string;
        offset: number;
      };
      output: {
        context: string;
        count: number;
        page: number;
        items: (Mail)[];
        more_before: boolean;
        more_after: boolean;
      };
      failure: 'INVALID_CONTEXT' | GeneralError;
    };
    /** Replace the content of a message from the system for all its owners. With a version, fails unless the message still has that version. A message that a member sent stays unchanged: `actual` is 0. */
    sys_update: {
      params: {
        message_id: string;
        version?: number;
        content?: Record<string, unknown>;
        text?: string;
      };
      output: {
        requested: number;
        actual: number;
        message_id: string;
      };
      failure: 'VERSION_MISMATCH' | GeneralError;
    };
    /** Delete messages from the system for all their owners. With a version, message_ids must name a single message, and the call fails unless that message still has the version. Only a server with a brainCloud key deletes messages that members sent. */
    sys_delete: {
      params: {
        message_ids: (string)[];
        version?: number;
      };
      output: {
        requested: number;
        actual: number;
      };
      failure: 'VERSION_MISMATCH' | GeneralError;
    };
  };
  room: {
    /** Create a group room. The caller becomes its first participant and owner; a key or the operator names the owners instead. With an echoId, a repeated call returns the same room. */
    create: {
      params: {
        name: string;
        user_ids?: (string)[];
        description?: string;
        visibility?: "private" | "public";
        owner_ids?: (string)[];
        external_id?: string;
        system_access?: 0 | 1;
        echoId?: string;
      };
      output: RoomWithUsers;
      failure: 'INVALID_CONTACT' | 'ECHO_ID_CONFLICT' | 'ROOM_FULL' | GeneralError;
    };
    /** Get a group room’s name, description, owners and state. Public rooms can be read without being a participant. Named by one of its two ids. */
    info: {
      params: {
        entity_id?: string;
        external_id?: string;
      };
      output: RoomInfo;
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** Change a group room. Participants may change its name, description and pins; its owners and admins also its owners and visibility. Only owners who are participants set `system_access`. Keys and the operator may change rooms that a key has made, but for pins and `system_access`. Changes all of it or nothing. */
    update: {
      params: {
        entity_id: string;
        name?: string;
        description?: string;
        visibility?: "private" | "public";
        system_access?: 0 | 1;
        owner_ids?: (string)[];
        pinned_ids?: (string)[];
      };
      output: RoomInfo;
      failure: 'ROOM_NOT_FOUND' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | 'MESSAGE_NOT_FOUND' | GeneralError;
    };
    /** List a group room’s participants in the order they joined. */
    participants: {
      params: {
        entity_id: string;
        notify?: 0 | 1;
        after?: string;
        limit?: number;
      };
      output: (Participant)[];
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** Get one participant of a group room. */
    participant: {
      params: {
        entity_id: string;
        user_id: string;
      };
      output: Participant;
      failure: 'ROOM_NOT_FOUND' | 'INVALID_CONTACT' | GeneralError;
    };
    /** List group rooms by id: the caller’s; with `public` those that anyone may join; with `all` every room of the hub (admins only, without messages), as keys and the operator always do. */
    list: {
      params: {
        all?: 0 | 1;
        public?: 0 | 1;
        entity_ids?: (string)[];
        key?: string;
        after?: string;
        limit?: number;
      };
      output: ({
        entity_id: string;
        room_id: string;
        name: string;
        description: string;
        created_by: string;
        ctime: number;
        owner_ids: (string)[];
        member_count: number;
        visibility: "private" | "public";
        is_archived: 0 | 1;
        system_access: 0 | 1;
        external_id: string | null;
        made_by_key: 0 | 1;
        cursor: string;
      })[];
      failure: GeneralError;
    };
    /** Add members of the hub to a group room. Any participant may add members, and any member may add themselves to a public room; keys and the operator add members to rooms that a key has made. Users who are participants already are unchanged. */
    add: {
      params: {
        entity_id: string;
        user_id?: string;
        user_ids?: (string)[];
      };
      output: {
        entity_id: string;
        user_ids: (string)[];
        member_count: number;
      };
      failure: 'ROOM_NOT_FOUND' | 'INVALID_CONTACT' | 'ROOM_ARCHIVED' | 'ROOM_FULL' | GeneralError;
    };
    /** Remove participants from a group room. Participants may remove themselves; removing others requires an owner of the room or an admin; keys and the operator remove them from rooms that a key has made. Users who are not participants are skipped. A removed user can rejoin a public room. */
    remove: {
      params: {
        entity_id: string;
        user_id?: string;
        user_ids?: (string)[];
      };
      output: {
        entity_id: string;
        user_ids: (string)[];
        member_count: number;
      };
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
    /** Delete a group room with its messages and files, for everyone. An owner of the room, an admin, a key or the operator may. Its external_id may be used again. */
    delete: {
      params: {
        entity_id: string;
      };
      output: {
        ok: 1;
      };
      failure: 'ROOM_NOT_FOUND' | GeneralError;
    };
  };
  session: {
    /** Log in with e-mail address and password. Returns a token and sets the session cookie. */
    login: {
      params: {
        email: string;
        password: string;
        hub_id?: string;
      };
      output: {
        token: string;
        expires: number;
        user: Card;
      };
      failure: GeneralError;
    };
    /** End this session, or this JWT, and close its sockets. An API key stays valid: session.revoke with its id, or key.revoke, ends it. */
    logout: {
      params: {};
      output: {
        ok: 1;
      };
      failure: GeneralError;
    };
    /** Get the caller’s user, and their privilege in each hub where they are a member. */
    whoami: {
      params: {};
      output: {
        user: {
          id: string;
          firstname: string;
          lastname: string;
          surname: string;
          email: string | null;
          picture_url: string | null;
        };
        hubs: ({
          hub_id: string;
          name: string;
          privilege: number;
          grants: ("chat:room:view" | "chat:1on1:view" | "chat:1on1Message:view" | "user:chats:view" | "chat:chat:access" | "chat:room:add" | "chat:room:edit" | "chat:roomMessage:add" | "chat:roomMessage:edit" | "chat:roomMessage:delete" | "chat:1on1:edit" | "chat:1on1Message:add" | "chat:1on1Message:edit" | "chat:1on1Message:delete" | "chat:participant:add" | "chat:participant:delete" | "chat:reactions:edit" | "chat:setting:view" | "chat:setting:edit" | "chat:usersettings:view" | "chat:usersettings:edit")[];
        })[];
      };
      failure: GeneralError;
    };
    /** List the caller’s sessions, newest first, 45 a page, and the keys that act as them (kind `key`, with the key’s name as user_agent). The newest 100 sessions of a kind and hub are kept. */
    list: {
      params: {
        after?: string;
      };
      output: ({
        session_id: string;
        kind: string;
        hub_id: string | null;
        user_agent: string;
        ctime: number;
        expires: number | null;
        is_current: 0 | 1;
      })[];
      failure: GeneralError;
    };
    /** End one of the caller’s sessions, or revoke a key that acts as them; if session_id is absent, all others. Their sockets are closed. */
    revoke: {
      params: {
        session_id?: string;
      };
      output: {
        revoked: number;
      };
      failure: 'SESSION_NOT_FOUND' | GeneralError;
    };
    /** Log in a user of an application that has a key of kind braincloud, by the application’s own id for that user. With `create`, an unknown id creates a user. */
    app_login: {
      params: {
        hub_id: string;
        app_secret: string;
        kind: "universal" | "anonymous";
        external_id: string;
        password?: string;
        user_id?: string;
        create?: 0 | 1;
      };
      output: {
        token: string;
        expires: number;
        user_id: string;
        is_new: 0 | 1;
      };
      failure: 'IDENTITY_NOT_FOUND' | 'IDENTITY_MISMATCH' | GeneralError;
    };
    /** Get a token for a key of kind oauth or braincloud (client credentials). It acts as the key’s member, or as the key itself if it has none. */
    exchange: {
      params: {
        client_id: string;
        client_secret: string;
      };
      output: {
        token: string;
        expires: number;
        hub_id: string;
      };
      failure: GeneralError;
    };
    /** Create a token for a user, so that an embedding application can sign its users in. A token that a key creates is valid in its hub only, while the user is a member there, and never permits more than the key does. The key must act as no member, and its maker must be an owner or the operator. */
    issue: {
      params: {
        user_id: string;
        hub_id?: string;
        ttl?: number;
        grants?: ("chat:room:view" | "chat:1on1:view" | "chat:1on1Message:view" | "user:chats:view" | "chat:chat:access" | "chat:room:add" | "chat:room:edit" | "chat:roomMessage:add" | "chat:roomMessage:edit" | "chat:roomMessage:delete" | "chat:1on1:edit" | "chat:1on1Message:add" | "chat:1on1Message:edit" | "chat:1on1Message:delete" | "chat:participant:add" | "chat:participant:delete" | "chat:reactions:edit" | "chat:setting:view" | "chat:setting:edit" | "chat:usersettings:view" | "chat:usersettings:edit")[];
      };
      output: {
        token: string;
        expires: number;
      };
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Replace the token of a session that goes on: with the lifetime that it was made with, from now on. The old token is valid for 60 s more; renewed again in that time, either returns the new one. A session by password is renewed by its user, up to 90 days after the log-in; an issued one by its key or the operator. */
    renew: {
      params: {
        token?: string;
      };
      output: {
        token: string;
        expires: number;
      };
      failure: 'SESSION_NOT_FOUND' | GeneralError;
    };
  };
  setting: {
    /** Get the hub’s settings. */
    get: {
      params: {};
      output: HubSettings;
      failure: GeneralError;
    };
    /** Set all of the hub’s settings; absent ones return to their defaults. Messages older than the retention are deleted at once; where they are in many rooms, within moments. */
    put: {
      params: {
        message_retention_days?: number;
        reactions_enabled?: 0 | 1;
      };
      output: HubSettings;
      failure: GeneralError;
    };
    /** Change some of the hub’s settings; absent ones are unchanged. Messages older than the retention are deleted at once; where they are in many rooms, within moments. */
    patch: {
      params: {
        message_retention_days?: number;
        reactions_enabled?: 0 | 1;
      };
      output: HubSettings;
      failure: GeneralError;
    };
    /** Get the caller’s notification settings in this hub. Admins may name another member. */
    get_user: {
      params: {
        user_id?: string;
      };
      output: UserSettings;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Change some of the caller’s notification settings in this hub; absent ones are unchanged. Admins may name another member. `muted` without `muted_until_ms` is for good. */
    patch_user: {
      params: {
        user_id?: string;
        muted?: 0 | 1;
        muted_until_ms?: number | null;
        mentions_only?: 0 | 1;
        notify_on_reactions?: 0 | 1;
        mobile_notifications?: "always" | "only_when_inactive";
      };
      output: UserSettings;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** Reset the caller’s notification settings in this hub to their defaults. Admins may name another member. */
    reset_user: {
      params: {
        user_id?: string;
      };
      output: UserSettings;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
  };
  tag: {
    /** Create a tag of the caller’s. If one of the same name exists, in any spelling, it is returned. */
    create: {
      params: {
        name: string;
      };
      output: Tag;
      failure: GeneralError;
    };
    /** List the caller’s tags by name, with the number of conversations under each. */
    list: {
      params: {};
      output: ({
        tag_id: string;
        tag_name: string;
        chat_count: number;
      })[];
      failure: GeneralError;
    };
    /** Rename one of the caller’s tags. No two of them have the same name. */
    rename: {
      params: {
        tag_id: string;
        name: string;
      };
      output: Tag;
      failure: 'TAG_NOT_FOUND' | GeneralError;
    };
    /** Delete one of the caller’s tags. Its conversations stay. */
    remove: {
      params: {
        tag_id: string;
      };
      output: {
        ok: 1;
      };
      failure: 'TAG_NOT_FOUND' | GeneralError;
    };
    /** Replace the tags of a conversation. */
    assign: {
      params: {
        entity_id: string;
        tag_ids: (string)[];
      };
      output: {
        entity_id: string;
        tag_ids: (string)[];
      };
      failure: 'ROOM_NOT_FOUND' | 'TAG_NOT_FOUND' | GeneralError;
    };
  };
  user: {
    /** Create a user. A hub’s admin or key creates a member of that hub; the operator creates a user without a hub. A password together with an `external_id` is given by those who may issue the member’s tokens only. */
    create: {
      params: {
        email?: string;
        firstname: string;
        lastname?: string;
        password?: string;
        external_id?: string;
        privilege?: 3 | 7 | 15 | 31 | 63;
      };
      output: {
        user_id: string;
      };
      failure: 'EMAIL_TAKEN' | GeneralError;
    };
    /** Change the caller’s name, e-mail address, picture or password. A new password or e-mail address requires the current password, and ends the caller’s other sessions; a new password also ends the keys that act as the caller. With `user_id`, a key or admin changes a member who has no more bits and is in no other hub; they set no password, and an e-mail address only where the member has none. Who has a member’s `external_id` may sign in as them, so it is set by those who may issue tokens: owners, the operator and keys that they made. */
    update: {
      params: {
        user_id?: string;
        external_id?: string | null;
        email?: string;
        firstname?: string;
        lastname?: string;
        picture_url?: string | null;
        password?: string;
        current_password?: string;
      };
      output: {
        id: string;
        firstname: string;
        lastname: string;
        surname: string;
        email: string | null;
        picture_url: string | null;
      };
      failure: 'EMAIL_TAKEN' | 'INVALID_CONTACT' | GeneralError;
    };
    /** Create or update a member by the application’s own id of the user. The same call again is the same user; a former member joins again. What is absent is unchanged, and so is the e-mail address of a user who has one. Of a user who is also in other hubs only the privilege is set. */
    put: {
      params: {
        external_id: string;
        firstname: string;
        lastname?: string;
        picture_url?: string | null;
        email?: string;
        privilege?: 3 | 7 | 15 | 31 | 63;
      };
      output: {
        user_id: string;
        created: 0 | 1;
      };
      failure: 'EMAIL_TAKEN' | GeneralError;
    };
    /** Get a member of the hub by one of their ids, or by their e-mail address. The address of a user who is also in other hubs is for the operator only. */
    get: {
      params: {
        user_id?: string;
        external_id?: string;
        email?: string;
      };
      output: UserOfHub;
      failure: 'INVALID_CONTACT' | GeneralError;
    };
    /** List the members of the hub by id, as user.get shows them. */
    list: {
      params: {
        key?: string;
        cursor?: string;
        limit?: number;
      };
      output: ({
        user_id: string;
        firstname: string;
        lastname: string;
        surname: string;
        privilege: number;
        ctime: number;
        email: string | null;
        picture_url: string | null;
        external_id: string | null;
        last_seen: number | null;
        cursor: string;
      })[];
      failure: GeneralError;
    };
  };
}
export interface EventData {
  'chat.post': MessageData | DeletedMessage;
  'chat.forward': MessageData | DeletedMessage;
  'chat.edit': MessageData | DeletedMessage;
  'chat.acknowledge': {
    room_id: string;
    user_id: string;
    ordinal: number;
    message_id: string | null;
  };
  'chat.delete': {
    room_id: string;
    message_id: string;
    author_id: string;
    ordinal: number;
    option: "me" | "all";
    deleted: 1;
  };
  'chat.mark_unread': {
    room_id: string;
    user_id: string;
    ordinal: number;
    message_id: string;
  };
  'chat.pin': {
    room_id: string;
    message_id: string;
    user_id: string;
    pinned_ms: number;
    message: MessageData | HiddenMessage;
  } | DeletedMessage;
  'chat.unpin': {
    room_id: string;
    message_id: string;
    user_id: string;
  } | DeletedMessage;
  'chat.react': {
    room_id: string;
    message_id: string;
    user_id: string;
    author_id: string;
    emoji: string;
    state: 0 | 1;
    reactions: (Reaction)[];
  } | DeletedMessage;
  'chat.set_reactions': {
    room_id: string;
    message_id: string;
    user_id: string;
    author_id: string;
    emojis: (string)[];
    given: (string)[];
    reactions: (Reaction)[];
  } | DeletedMessage;
  'chat.change_status': ConversationStatus;
  'chat.notify': ConversationNotify;
  'room.create': {
    entity_id: string;
    room_id: string;
    name: string;
    description: string;
    created_by: string;
    ctime: number;
    owner_ids: (string)[];
    member_count: number;
    visibility: "private" | "public";
    is_archived: 0 | 1;
    system_access: 0 | 1;
    external_id: string | null;
    made_by_key: 0 | 1;
    user_ids: (string)[];
  };
  'room.update': RoomInfo;
  'room.add': {
    room_id: string;
    user_ids: (string)[];
    owner_ids: (string)[];
    member_count: number;
  };
  'room.remove': {
    room_id: string;
    user_ids: (string)[];
    owner_ids: (string)[];
    member_count: number;
  };
  'room.delete': {
    room_id: string;
  };
  'room.purge': {
    room_id: string;
    ordinal: number;
  };
  'channel.create': Channel;
  'channel.delete': {
    channel_id: string;
    entity_id: string;
  };
  'setting.put': HubSettings;
  'setting.patch': HubSettings;
  'setting.patch_user': UserSettings;
  'setting.reset_user': UserSettings;
  'hub.set_privilege': {
    user_id: string;
    privilege: number;
  };
  'hub.remove_member': {
    user_id: string;
  };
  'key.create': {
    key_id: string;
    name: string;
    made_by: MadeBy;
  };
  'contact.block': {
    entity_id: string;
    is_blocked: 1;
  };
  'contact.unblock': {
    entity_id: string;
    is_blocked: 0;
  };
  'messaging.send': Mail | DeletedMail;
  'messaging.mark_read': {
    box: "inbox" | "sent";
    message_ids: (string)[];
  };
  'messaging.delete': {
    box: "inbox" | "sent";
    message_ids: (string)[];
  };
  'messaging.sys_update': SharedMail | ChangedMail | DeletedMail;
  'messaging.sys_delete': DeletedMail;
  'tag.create': Tag;
  'tag.rename': Tag;
  'tag.remove': {
    tag_id: string;
  };
  'tag.assign': {
    entity_id: string;
    tag_ids: (string)[];
  };
}
export interface SignalData {
  'channel.post': {
    room_id: string;
    channel_id: string;
    message_id: string;
    user_id: string;
    from: PostedAs;
    content: Record<string, unknown>;
    ctime_ms: number;
  };
  'chat.typing': {
    room_id: string | null;
    user_id: string;
    state: 0 | 1;
  };
}
export interface NoticeData {
  'ready': Ready;
  'session.expiring': {
    seconds: number;
  };
  'session.ended': {
    code: "NOT_AUTHENTICATED";
    details: (string)[];
  };
}
/** The methods that change nothing: they can be repeated. */
export const safeMethods: ReadonlySet<string> = new Set([
  'channel.get_id',
  'channel.list',
  'channel.info',
  'channel.recent',
  'channel.get_message',
  'chat.messages',
  'chat.get',
  'chat.thread',
  'chat.to_read',
  'chat.pins',
  'chat.sync',
  'chat.chat_rooms',
  'chat.chat_room_info',
  'chat.contact_rooms',
  'chat.share_rooms',
  'chat.count_all',
  'chat.tag_chat_count',
  'chat.attachment',
  'chat.files',
  'chat.file_urls',
  'contact.list',
  'hub.info',
  'hub.members',
  'key.list',
  'messaging.boxes',
  'messaging.counts',
  'messaging.get',
  'messaging.page',
  'messaging.page_offset',
  'messaging.sys_bulk',
  'messaging.sys_get',
  'messaging.sys_page',
  'messaging.sys_page_offset',
  'room.info',
  'room.participants',
  'room.participant',
  'room.list',
  'session.whoami',
  'session.list',
  'setting.get',
  'setting.get_user',
  'tag.list',
  'user.get',
  'user.list',
]);
/** The version of the events that the client knows. */
export const protocol = 1;
