import { useCallback, useEffect, useRef, useState } from 'react';
import type { RoomFile, ShownMessage } from '../../client/index.ts';
import { useClient } from '../../client/react.ts';

/** A picture, and the message that it came with. */
export interface Picture {
  /** A file may have been sent more than once. */
  key: string;
  nid: string;
  name: string;
  size: number;
  width: number | undefined;
  height: number | undefined;
  url: string | undefined;
  messageId: string;
  author: string;
  ms: number;
}

/** Pictures to begin with, the oldest first. */
export interface Start {
  entityId: string;
  pictures: readonly Picture[];
  /** The one that is shown first. */
  key: string;
  /** Where those before and after them are looked for; undefined: nowhere. */
  older: string | undefined;
  newer: string | undefined;
}

type File = ShownMessage['files'][number];

const keyOf = (messageId: string, nid: string): string => `${messageId} ${nid}`;

const pictureOf = (file: File, of: Pick<Picture, 'messageId' | 'author' | 'ms'>): Picture => ({
  key: keyOf(of.messageId, file.nid),
  nid: file.nid,
  name: file.file_name,
  size: file.filesize,
  width: file.width,
  height: file.height,
  url: ('url' in file && file.url) || undefined,
  ...of,
});

const pictureOfFile = (file: RoomFile): Picture =>
  pictureOf(file, {
    messageId: file.message_id,
    author: file.entity.surname,
    ms: file.ctime_ms,
  });

/** Begins with the pictures of a message. */
export function startOfMessage(entityId: string, row: ShownMessage, nid: string): Start {
  const { message_id: messageId, entity, from, ctime_ms: ms, files } = row;
  const of = { messageId, author: from?.name ?? entity.surname, ms };
  const images = files.filter(({ category }) => category === 'image');
  const pictures = images.map((file) => pictureOf(file, of));
  const key = keyOf(messageId, nid);
  return { entityId, pictures, key, older: messageId, newer: messageId };
}

/** Begins with a picture among the files of a conversation. */
export function startOfFile(file: RoomFile): Start {
  const picture = pictureOfFile(file);
  const { entity_id: entityId, cursor } = file;
  return { entityId, pictures: [picture], key: picture.key, older: cursor, newer: cursor };
}

const picturesOfPage = 20;

/** Pictures are loaded when so few are left in a direction. */
const picturesAhead = 3;

type Side = 'older' | 'newer';

interface Pictures {
  shown: Picture | undefined;
  /** Whether there is one in this direction. */
  has(side: Side): boolean;
  /** Shows the next one in this direction. */
  step(side: Side): void;
}

/** Returns the pictures of a conversation around one of them. More are loaded as they are shown. */
export function usePictures(start: Start): Pictures {
  const { api } = useClient();
  const [key, setKey] = useState(start.key);
  const [{ pictures, ...places }, setState] = useState(start);
  const loading = useRef({ older: false, newer: false });
  const isClosed = useRef(false);
  const at = pictures.findIndex((picture) => picture.key === key);

  const load = useCallback(
    async (side: Side, place: string): Promise<void> => {
      if (loading.current[side]) return;
      loading.current[side] = true;
      const bound = side === 'older' ? 'before' : 'after';
      const page = { kind: 'pictures', limit: picturesOfPage, [bound]: place } as const;
      try {
        const files = await api.chat.files({ entity_id: start.entityId, ...page });
        if (!isClosed.current) setState((before) => extended(before, side, files));
      } catch {
        // A later step asks again.
      }
      loading.current[side] = false;
    },
    [api, start.entityId],
  );
  useEffect(() => {
    isClosed.current = false;
    if (start.older !== undefined) void load('older', start.older);
    if (start.newer !== undefined) void load('newer', start.newer);
    return () => {
      isClosed.current = true;
    };
  }, [load, start]);

  const next = (side: Side) => pictures[side === 'older' ? at - 1 : at + 1];
  return {
    shown: pictures[at],
    has: (side) => next(side) !== undefined,
    step(side) {
      setKey(next(side)?.key ?? key);
      const left = side === 'older' ? at : pictures.length - 1 - at;
      const place = places[side];
      if (left <= picturesAhead && place !== undefined) void load(side, place);
    },
  };
}

function extended(before: Start, side: Side, files: readonly RoomFile[]): Start {
  const found = files.map(pictureOfFile).reverse();
  const end = side === 'older' ? files.at(-1) : files[0];
  const place = files.length === picturesOfPage ? end?.cursor : undefined;
  return side === 'older'
    ? { ...before, pictures: [...found, ...before.pictures], older: place }
    : { ...before, pictures: [...before.pictures, ...found], newer: place };
}
