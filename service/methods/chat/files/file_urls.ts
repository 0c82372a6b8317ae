import type { Spec } from '../../../../acl/index.ts';
import { filesInSight } from '../../../../db/access/files.ts';
import type { Handler } from '../../../core/call.ts';
import { presentLinks } from '../../../present/file.ts';
import { createLinks } from '../../../secrets/file-links.ts';

export const fileUrls: Handler<Spec<'chat.file_urls'>> = async (call) => {
  const { input, fail } = call;
  const nids = [...new Set(input.nids)];
  const files = await filesInSight(call, nids);
  if (files.size === 0) fail('FILE_NOT_FOUND', 'nids: none of them is a file that you can see');
  const link = createLinks(call);
  return nids.flatMap((nid) => {
    const file = files.get(nid);
    return file ? [{ nid, ...presentLinks(file, link) }] : [];
  });
};
