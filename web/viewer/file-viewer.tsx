import { useState } from 'react';
import type { RoomFile } from '../../client/index.ts';
import { startOfFile } from './use-pictures.ts';
import { Viewer } from './viewer.tsx';

/** A picture among the files of a conversation, large. */
export function FileViewer({ file, onClose }: { file: RoomFile; onClose(): void }) {
  const [start] = useState(() => startOfFile(file));
  return <Viewer {...{ start, onClose }} />;
}
