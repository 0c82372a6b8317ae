import type { Spec } from '../../../../acl/index.ts';
import { insertStaged } from '../../../../db/rows/messages/attachments.ts';
import type { Handler } from '../../../core/call.ts';
import { presentFile } from '../../../present/file.ts';

export const upload: Handler<Spec<'chat.upload'>> = async ({ hub, user, input, now }) => {
  await insertStaged(hub, user.id, input.file, now);
  return input.file.map(presentFile);
};
