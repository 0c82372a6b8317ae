import type { Handlers } from '../../core/call.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { put } from './put.ts';
import { update } from './update.ts';

export const user: Handlers<'user'> = { create, get, list, put, update };
