import type { Output, Spec } from '../../acl/index.ts';
import type { Client } from '../../client/index.ts';
import type { ImportHub } from './hub.ts';
import type { Step } from './plan.ts';

type Event = Output<Spec<'chat.sync'>>['events'][number];

/** How many of a day's steps are done: always the first ones, because each waits for the last. */
export interface Progress {
  done: number;
  /** Message ids by line. */
  messages: Map<number, string>;
}

const eventsPerPage = 1000;
const messagesPerPage = 100;
const participantsPerPage = 1000;

/**
 * Returns the events of the importer's rooms by room; undefined if the hub's log no longer reaches
 * back to its beginning.
 */
export async function readLog({ importer }: ImportHub): Promise<Map<string, Event[]> | undefined> {
  const events = new Map<string, Event[]>();
  for (let since = 0, more = true; more; ) {
    const page = await importer.client.chat.sync({ since, limit: eventsPerPage });
    if (!page.recovered) return undefined;
    for (const event of page.events) {
      if (event.room_id === null) continue;
      const ofRoom = events.get(event.room_id);
      if (ofRoom) ofRoom.push(event);
      else events.set(event.room_id, [event]);
    }
    ({ seq: since, more } = page);
  }
  return events;
}

/** Derives the progress from the log: posts by echoId, other events if they match the next step. */
export function progressInLog(
  steps: readonly Step[],
  events: readonly Event[],
  users: ImportHub['users'],
): Progress {
  const posts = new Map(
    steps.flatMap((step, index) => (step.act === 'post' ? [[step.echoId, { step, index }]] : [])),
  );
  const messages = new Map<number, string>();
  let done = 0;
  for (const event of events) {
    const post = event.name === 'chat.post' ? posts.get(event.echoId ?? '') : undefined;
    if (post) {
      messages.set(post.step.line, String(event.data.message_id));
      done = Math.max(done, post.index + 1);
    }
    for (let next = steps[done]; next && matches(next, event, users); next = steps[done]) done += 1;
  }
  return { done, messages };
}

const eventOf = { add: 'room.add', leave: 'room.remove', post: '' } as const;

const nicknamesOf = (step: Step): readonly string[] =>
  step.act === 'add' ? step.nicknames : [step.nickname];

/** Whether the event is the effect of an `add` or `leave`. */
function matches(step: Step, event: Event, users: ImportHub['users']): boolean {
  const userIds = event.data.user_ids;
  return (
    event.name === eventOf[step.act] &&
    Array.isArray(userIds) &&
    nicknamesOf(step).every((nickname) => userIds.includes(users.get(nickname)))
  );
}

/** Derives the progress from history and members: the n-th message is that of the n-th post. */
export async function progressInHistory(
  client: Client,
  roomId: string,
  steps: readonly Step[],
  users: ImportHub['users'],
): Promise<Progress> {
  const posts = steps.flatMap((step, index) => (step.act === 'post' ? [{ step, index }] : []));
  const messages = new Map<number, string>();
  let done = 0;
  for await (const row of readHistory(client, roomId)) {
    const post = posts[row.ordinal - 1];
    if (!post) continue;
    const isSameText = row.message === post.step.text || row.edited === 1;
    if (row.author_id !== users.get(post.step.nickname) || !isSameText)
      throw new Error(
        `The messages of room ${roomId} differ from the file, ` +
          'and the log is too short to find out how far the import got.',
      );
    messages.set(post.step.line, row.message_id);
    done = Math.max(done, post.index + 1);
  }
  const isLastPostDone = done > 0 && done === (posts.at(-1)?.index ?? 0) + 1;
  if (isLastPostDone) return { done: steps.length, messages };
  const members = new Set((await listParticipants(client, roomId)).map((row) => row.user_id));
  for (let next = steps[done]; next && next.act !== 'post'; next = steps[done]) {
    const { act } = next;
    const isInside = (nickname: string) => members.has(users.get(nickname) ?? '');
    if (!nicknamesOf(next).every((nickname) => isInside(nickname) === (act === 'add'))) break;
    done += 1;
  }
  return { done, messages };
}

/** Yields every message of a room, newest first, without marking any as read. */
export async function* readHistory(client: Client, roomId: string) {
  for (let before: string | undefined; ; ) {
    const page = await client.chat.messages({
      entity_id: roomId,
      limit: messagesPerPage,
      mark_read: 0,
      before,
    });
    yield* page;
    before = page.at(-1)?.cursor;
    if (page.length < messagesPerPage) return;
  }
}

export async function listParticipants(client: Client, roomId: string) {
  const rows: Awaited<ReturnType<Client['room']['participants']>> = [];
  for (;;) {
    const after = rows.at(-1)?.cursor;
    const page = await client.room.participants({
      entity_id: roomId,
      limit: participantsPerPage,
      after,
    });
    rows.push(...page);
    if (page.length < participantsPerPage) return rows;
  }
}
