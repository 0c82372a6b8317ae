import type { Spec } from '../../../../acl/index.ts';
import { fileToRemove } from '../../../../db/access/files.ts';
import { queueFreed } from '../../../../db/rows/messages/attachments.ts';
import type { Handler } from '../../../core/call.ts';
import { presentRemovedFile } from '../../../present/file.ts';

export const uploadRemove: Handler<Spec<'chat.upload_remove'>> = async (call) => {
  const { hub, input } = call;
  const file = await fileToRemove(call, input.nid);
  queueFreed(hub, file.id);
  return presentRemovedFile(file, hub.id);
};
