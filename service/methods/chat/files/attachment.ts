import type { StagedFile } from '../../../../acl/entities/file.ts';
import { fileToRemove, messageToRead } from '../../../../db/access/rooms.ts';
import { freeFile, insertStaged, listFiles } from '../../../../db/rows/messages/attachments.ts';
import type { Handlers } from '../../../core/call.ts';
import { presentFile } from '../../../present/message.ts';

const pageSize = 5;

export const files: Pick<Handlers<'chat'>, 'attachment' | 'upload' | 'upload_remove'> = {
  async upload({ hub, user, input, now }): Promise<StagedFile[]> {
    await insertStaged(hub, user.id, input.file, now);
    return input.file.map(presentFile);
  },

  async attachment(call) {
    const { hub, user, input } = call;
    const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
    if (message.attachmentCount === 0) return [];
    const page = { offset: (input.page - 1) * pageSize, limit: pageSize };
    return (await listFiles(hub, message.id, page)).map((file) => ({
      ...presentFile(file),
      hub_id: hub.id,
      privilege: message.authorId === user.id ? 15 : 3,
      page: input.page,
    }));
  },

  async upload_remove(call) {
    const { hub, input } = call;
    const file = await fileToRemove(call, input.nid);
    await freeFile(hub, file.id);
    const { nid, file_name, filesize, extension, category } = presentFile(file);
    return { nid, hub_id: hub.id, file_name, filesize, extension, category, deleted: 1 };
  },
};
