import { files } from './files.ts';
import { lists } from './lists.ts';
import { reactions } from './reactions.ts';
import { read } from './read.ts';
import { write } from './write.ts';

export const chat = { ...read, ...write, ...lists, ...files, ...reactions };
