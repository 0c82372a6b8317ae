import { useState } from 'react';
import type { ShownMessage } from '../../client/index.ts';
import { startOfMessage } from './use-pictures.ts';
import { Viewer } from './viewer.tsx';

interface MessageViewerProps {
  entityId: string;
  row: ShownMessage;
  /** The picture that is shown first. */
  nid: string;
  onClose(): void;
}

/** A picture of a message, large, among those of the conversation. */
export function MessageViewer({ entityId, row, nid, onClose }: MessageViewerProps) {
  const [start] = useState(() => startOfMessage(entityId, row, nid));
  return <Viewer {...{ start, onClose }} />;
}
