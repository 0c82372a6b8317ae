import type { Handlers } from '../../core/call.ts';
import { boxes } from './boxes/boxes.ts';
import { counts } from './boxes/counts.ts';
import { deleteMail } from './boxes/delete.ts';
import { get } from './boxes/get.ts';
import { markRead } from './boxes/mark_read.ts';
import { page } from './boxes/page.ts';
import { pageOffset } from './boxes/page_offset.ts';
import { send } from './boxes/send.ts';
import { sysBulk } from './system/sys_bulk.ts';
import { sysDelete } from './system/sys_delete.ts';
import { sysGet } from './system/sys_get.ts';
import { sysPage } from './system/sys_page.ts';
import { sysPageOffset } from './system/sys_page_offset.ts';
import { sysSend } from './system/sys_send.ts';
import { sysSendBulk } from './system/sys_send_bulk.ts';
import { sysUpdate } from './system/sys_update.ts';

export const messaging: Handlers<'messaging'> = {
  boxes,
  counts,
  delete: deleteMail,
  get,
  mark_read: markRead,
  page,
  page_offset: pageOffset,
  send,

  sys_bulk: sysBulk,
  sys_delete: sysDelete,
  sys_get: sysGet,
  sys_page: sysPage,
  sys_page_offset: sysPageOffset,
  sys_send: sysSend,
  sys_send_bulk: sysSendBulk,
  sys_update: sysUpdate,
};
