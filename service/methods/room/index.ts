import type { Handlers } from '../../core/call.ts';
import { add } from './add.ts';
import { create } from './create.ts';
import { deleteGroup } from './delete.ts';
import { info } from './info.ts';
import { list } from './list.ts';
import { participant } from './participant.ts';
import { participants } from './participants.ts';
import { remove } from './remove.ts';
import { update } from './update.ts';

export const room: Handlers<'room'> = {
  add,
  create,
  delete: deleteGroup,
  info,
  list,
  participant,
  participants,
  remove,
  update,
};
