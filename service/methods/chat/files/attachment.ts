import type { Spec } from '../../../../acl/index.ts';
import { pageFiles } from '../../../../acl/language/limits.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import { listFiles } from '../../../../db/reading/messages/files.ts';
import type { Handler } from '../../../core/call.ts';
import { presentAttachment, presentLinks } from '../../../present/file.ts';
import { createLinks } from '../../../secrets/file-links.ts';

export const attachment: Handler<Spec<'chat.attachment'>> = async (call) => {
  const { hub, user, input } = call;
  const page = { offset: (input.page - 1) * pageFiles, limit: pageFiles };
  const [message, files] = await Promise.all([
    messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND'),
    listFiles(hub, input.message_id, page),
  ]);
  const isAuthor = message.authorId === user.id;
  const link = createLinks(call);
  return files.map((file) =>
    presentAttachment(file, presentLinks(file, link), {
      ...{ hubId: hub.id, isAuthor, page: input.page },
    }),
  );
};
