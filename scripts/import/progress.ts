import type { Output, Spec } from '../../acl/index.ts';
import type { Client } from '../../client/index.ts';
import type { ImportHub } from './hub.ts';
import type { Step } from './plan.ts';

type Event = Output<Spec<'chat.sync'>>['events'][number];

/** How far a day's steps were done before. They are done one after the other, so those done are the first ones. */
export interface Progress {
  done: number;
  /** Message ids by line. */
  messages: Map<number, string>;
}

/** What happened in the importer's rooms so far, by room; undefined when the hub's log no longer reaches back to its beginning. */
export async function readLog({ importer }: ImportHub): Promise<Map<string, Event[]> | undefined> {
  const events = new Map<string, Event[]>();
  for (let since = 0, more = true; more; ) {
    const page = await importer.client.chat.sync({ since, limit: 1000 });
    if (!page.recovered) return undefined;
    for (const event of page.events) {
      if (event.room_id === null) continue;
      const known = events.get(event.room_id);
      if (known) known.push(event);
      else events.set(event.room_id, [event]);
    }
    ({ seq: since, more } = page);
  }
  return events;
}

/** From the log: posts are known by their echoId; a coming or going counts when it is the next to be done. */
export function progressInLog(
  steps: readonly Step[],
  events: readonly Event[],
  users: ImportHub['users'],
): Progress {
  const places = new Map(
    steps.flatMap((step, index) => (step.act === 'post' ? [[step.echoId, { step, index }]] : [])),
  );
  const messages = new Map<number, string>();
  let done = 0;
  for (const event of events) {
    const posted =
      event.name === 'chat.post' && event.echoId !== undefined
        ? places.get(event.echoId)
        : undefined;
    if (posted) {
      messages.set(posted.step.line, String(event.data.message_id));
      done = Math.max(done, posted.index + 1);
    }
    for (let next = steps[done]; next && isNext(next, event, users); next = steps[done]) done += 1;
  }
  return { done, messages };
}

const eventOf = { add: 'room.add', leave: 'room.remove', post: '' } as const;
function isNext({ act, nickname }: Step, event: Event, users: ImportHub['users']): boolean {
  const userIds = event.data.user_ids;
  return (
    event.name === eventOf[act] && Array.isArray(userIds) && userIds.includes(users.get(nickname))
  );
}

/** Without the log: by the history, whose n-th message is the n-th post, and by who is in. */
export async function progressInHistory(
  client: Client,
  roomId: string,
  steps: readonly Step[],
  users: ImportHub['users'],
): Promise<Progress> {
  const posts = steps.flatMap((step, index) => (step.act === 'post' ? [{ step, index }] : []));
  const messages = new Map<number, string>();
  let done = 0;
  for await (const row of history(client, roomId)) {
    const post = posts[row.ordinal - 1];
    if (!post) continue;
    if (
      row.author_id !== users.get(post.step.nickname) ||
      (row.message !== post.step.text && !row.edited)
    )
      throw new Error(
        `The room ${roomId} holds other messages than the file, and the log is too short to tell how far it came.`,
      );
    messages.set(post.step.line, row.message_id);
    done = Math.max(done, post.index + 1);
  }
  if (done > 0 && done === (posts.at(-1)?.index ?? 0) + 1) return { done: steps.length, messages };
  const present = new Set((await listParticipants(client, roomId)).map((row) => row.user_id));
  for (let next = steps[done]; next && next.act !== 'post'; next = steps[done]) {
    if (present.has(users.get(next.nickname) ?? '') !== (next.act === 'add')) break;
    done += 1;
  }
  return { done, messages };
}

/** Every message of a room, newest first, marking nothing. */
export async function* history(client: Client, roomId: string) {
  for (let before: string | undefined; ; ) {
    const position = before === undefined ? {} : { before };
    const page = await client.chat.messages({
      entity_id: roomId,
      limit: 100,
      mark_read: 0,
      ...position,
    });
    yield* page;
    before = page.at(-1)?.cursor;
    if (page.length < 100) return;
  }
}

export async function listParticipants(client: Client, roomId: string) {
  const rows: Awaited<ReturnType<Client['room']['participants']>> = [];
  for (;;) {
    const after = rows.at(-1)?.cursor;
    const position = after === undefined ? {} : { after };
    const page = await client.room.participants({ entity_id: roomId, limit: 1000, ...position });
    rows.push(...page);
    if (page.length < 1000) return rows;
  }
}
