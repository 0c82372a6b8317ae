import { z } from 'zod';
import { StagedFile } from '../../acl/entities/file.ts';
import { MessageData, Pin } from '../../acl/entities/message.ts';

/** An uploaded file as the events of its message show it. */
export const PlainFile = StagedFile.strip();
const files = z.array(PlainFile);

/** A message as events show it: of a reply without the links to its files and its other fields. */
export const PlainMessage = MessageData.extend({ files }).strip();
export const PlainPin = Pin.extend({ files: files.optional() }).strip();
export type PlainPin = z.infer<typeof PlainPin>;
