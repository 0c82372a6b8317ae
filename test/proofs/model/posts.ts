import { expect } from 'chai';
import { uploadAll } from '../../support/files.ts';
import { PlainFile } from '../../support/message.ts';
import { type Doing, kind } from './command.ts';
import type { Refusal, Truth } from './truth.ts';
import { answered, codeOf, type Player } from './world.ts';

/** A post that a member is about to make. */
interface Draft {
  by: Player;
  entityId: string;
  text: string;
  threadId?: string;
  mentions?: string[];
  files?: string[];
  echoId?: string;
}
type Posted = NonNullable<Awaited<ReturnType<Player['member']['chat']['post']>>>;

const send = ({ by, entityId, text, threadId, mentions, files, echoId }: Draft) =>
  by.member.chat.post({
    ...{ entity_id: entityId, message: text },
    ...(threadId === undefined ? {} : { thread_id: threadId }),
    ...(mentions === undefined ? {} : { mention_ids: mentions }),
    ...(files === undefined ? {} : { attachment: files }),
    ...(echoId === undefined ? {} : { echoId }),
  });

function refusalOf(
  truth: Truth,
  { by, entityId, threadId, mentions = [], files = [] }: Draft,
): Refusal {
  const refusal = truth.posting(by.id, entityId, 'INVALID_CONTACT');
  if (refusal) return refusal;
  const room = truth.conversation(by.id, entityId);
  if (room?.isClosed) return 'ROOM_ARCHIVED';
  if (!files.every((nid) => truth.staged.get(nid) === by.id)) return 'INVALID_ATTACHMENT';
  if (threadId !== undefined && (!room || truth.seen(by.id, threadId)?.room !== room))
    return 'INVALID_THREAD';
  const isIn = (id: string) =>
    truth.isPerson(entityId) ? id === entityId || id === by.id : room?.members.has(id);
  return mentions.every(isIn) ? null : 'INVALID_INPUT';
}

/** Adds a returned post to the model, after those that were returned with a lower seq. */
function take(truth: Truth, draft: Draft, reply: Posted): void {
  const { by, entityId, text, threadId = null, mentions = [], files = [], echoId } = draft;
  const { message_id: id, seq, ctime_ms: ctimeMs, room_id: roomId } = reply;
  const room = truth.conversation(by.id, entityId) ?? truth.openDirect(roomId, by.id, entityId);
  expect(ctimeMs, 'later than every other of its room').to.be.above(
    room.messages.at(-1)?.ctimeMs ?? 0,
  );
  const what = {
    author: by.id,
    text,
    threadId,
    mentions,
    files,
    forwardOf: null,
    version: 1,
    editedMs: null,
  };
  const message = truth.add(room, { id, seq, ctimeMs, ...what });
  expect(reply).to.include({
    message: text,
    author_id: by.id,
    ordinal: message.ordinal,
    entity_id: entityId,
  });
  if (echoId !== undefined) truth.keyed.push({ ...draft, author: by.id, echoId, message });
}

async function postOne(truth: Truth, draft: Draft): Promise<void> {
  const reply = await answered(send(draft), refusalOf(truth, draft));
  if (!reply) return;
  take(truth, draft, reply);
  // No other call runs, so the member's counters are exact.
  const unread = truth
    .factsOf(draft.by.id)
    .map(
      ({ messages, pointer }) =>
        messages.filter((one) => one.author_id !== draft.by.id && one.ordinal > pointer).length,
    );
  expect(reply).to.include({ room: 0, total: unread.reduce((sum, count) => sum + count, 0) });
}

/** Several concurrent posts: each reply is as if alone, and the order is given by the seqs. */
async function postAll(truth: Truth, drafts: readonly Draft[]): Promise<void> {
  const refusals = drafts.map((draft) => refusalOf(truth, draft));
  const replies = await Promise.all(
    drafts.map((draft, n) => answered(send(draft), refusals[n] ?? null)),
  );
  const taken = replies.flatMap((reply, n) =>
    reply ? [{ reply, draft: drafts[n] as Draft }] : [],
  );
  for (const { draft, reply } of taken.sort((a, b) => a.reply.seq - b.reply.seq))
    take(truth, draft, reply);
}

async function post({ truth, world, me, pick, once, message, place }: Doing): Promise<void> {
  const draft: Draft = { by: me, entityId: place(), text: world.text() };
  if (once(3)) draft.threadId = message();
  if (once(3)) draft.mentions = [pick(world.players).id];
  const files = [...truth.staged].flatMap(([nid, owner]) =>
    owner === me.id || once(5) ? nid : [],
  );
  if (files.length > 0 && !once(4)) draft.files = [pick(files)];
  if (once(3)) draft.echoId = `key ${draft.text}`;
  await postOne(truth, draft);
}

/**
 * Three members post to a room concurrently; or two write to each other, possibly for the first
 * time, and a third to one of them.
 */
async function postTogether({ truth, world, me, once, place, other }: Doing): Promise<void> {
  const entityId = place();
  const authors = world.players.filter((player) => player.id !== entityId).slice(0, 3);
  const drafts = authors.map((by) => ({ by, entityId, text: world.text() }));
  const peer = other();
  const back = { by: peer, entityId: me.id, text: world.text() };
  const more = once(2) ? [back, { by: me, entityId: peer.id, text: world.text() }] : [];
  await postAll(truth, [...drafts, ...more]);
}

/** The same post twice concurrently, as by a client whose first attempt was slow. */
async function postTwice({ truth, world, me, place }: Doing): Promise<void> {
  const text = world.text();
  const draft: Draft = { by: me, entityId: place(), text, echoId: `key ${text}` };
  const refusal = refusalOf(truth, draft);
  const [one, two] = await Promise.all([
    answered(send(draft), refusal),
    answered(send(draft), refusal),
  ]);
  if (!one || !two) return;
  expect(two.message_id, 'posted once').to.equal(one.message_id);
  take(truth, draft, one);
}

/**
 * A repeated post, long afterwards: the first message is returned, even if it was changed or
 * deleted.
 */
async function replay({ truth, me, pick, once, world }: Doing): Promise<void> {
  const mine = truth.keyed.filter(({ author }) => author === me.id);
  if (mine.length === 0) return;
  const { message, ...first } = pick(mine);
  const text = once(4) ? world.text() : first.text;
  const conflict: Refusal = text === first.text ? null : 'ECHO_ID_CONFLICT';
  const refusal = truth.posting(me.id, first.entityId, 'INVALID_CONTACT') ?? conflict;
  const reply = await answered(send({ ...first, by: me, text }), refusal);
  if (reply)
    expect(reply).to.include({
      message_id: message.id,
      seq: message.seq,
      ordinal: message.ordinal,
    });
}

async function forward({ truth, me, once, message, place }: Doing): Promise<void> {
  const entityIds = [...new Set(once(2) ? [place(), place()] : [place()])];
  const ids = [...new Set(once(2) ? [message(), message()] : [message()])];
  const refusal = truth.forwarding(me.id, entityIds, ids);
  const { chat } = me.member;
  const rows = await answered(
    chat.forward({ entities: entityIds, nodes: { messages: ids } }),
    refusal,
  );
  if (!rows) return;
  expect(rows.map((row) => [row.entity_id, row.forward_message_id])).to.deep.equal(
    entityIds.flatMap((entityId) => ids.map((id) => [entityId, id])),
  );
  const copies = await chat.get({ message_ids: rows.map((row) => row.message_id) });
  for (const [
    n,
    { message_id: id, seq, room_id: roomId, entity_id: entityId, forward_message_id },
  ] of rows.entries()) {
    const source = truth.messages.get(forward_message_id);
    const ctimeMs = copies[n]?.ctime_ms ?? 0;
    const room = truth.conversation(me.id, entityId) ?? truth.openDirect(roomId, me.id, entityId);
    const what = {
      author: me.id,
      text: source?.text ?? '',
      files: source?.files ?? [],
      forwardOf: forward_message_id,
    };
    truth.add(room, {
      id,
      seq,
      ctimeMs,
      ...what,
      threadId: null,
      mentions: [],
      version: 1,
      editedMs: null,
    });
  }
}

async function upload({ truth, world, me, once }: Doing): Promise<void> {
  const files = once(2) ? [world.text(), world.text()] : [world.text()];
  const staged = await uploadAll(me.member, ...files.map((text) => [`${text}.txt`, text] as const));
  for (const file of staged) {
    truth.staged.set(file.nid, me.id);
    truth.files.set(file.nid, PlainFile.parse(file));
  }
}

async function uploadRemove({ truth, me, pick }: Doing): Promise<void> {
  const nid = truth.files.size > 0 ? pick([...truth.files.keys()].slice(-4)) : 'none';
  const refusal = truth.staged.get(nid) === me.id ? null : 'INVALID_ATTACHMENT';
  if (await answered(me.member.chat.upload_remove({ nid }), refusal)) truth.staged.delete(nid);
}

/** A message is forwarded during its deletion: the copy is made before, or the call fails. */
async function forwardDeleted({ truth, me, place, own }: Doing): Promise<void> {
  const [id, entityId] = [own(), place()];
  const refusals = [truth.forwarding(me.id, [entityId], [id]), truth.deleting(me.id, [id], 'all')];
  const { chat } = me.member;
  const source = truth.messages.get(id);
  const [copied, deleted] = await Promise.all([
    codeOf(chat.forward({ entities: [entityId], nodes: { messages: [id] } })),
    codeOf(chat.delete({ option: 'all', messages: [id] })),
  ]);
  expect('code' in deleted ? deleted.code : null).to.equal(refusals[1]);
  const isLate = source && !refusals[1] && 'code' in copied && copied.code === 'INVALID_MESSAGES';
  if (!isLate) expect('code' in copied ? copied.code : null).to.equal(refusals[0]);
  if ('value' in copied && source) {
    const [row] = copied.value;
    const [copy] = await chat.get({ message_ids: [row?.message_id ?? ''] });
    if (!row || !copy) throw new Error('the copy is not there');
    const room =
      truth.conversation(me.id, entityId) ?? truth.openDirect(row.room_id, me.id, entityId);
    const what = { author: me.id, text: source.text, files: source.files, forwardOf: id };
    const place = { id: row.message_id, seq: row.seq, ctimeMs: copy.ctime_ms };
    truth.add(room, {
      ...place,
      ...what,
      threadId: null,
      mentions: [],
      version: 1,
      editedMs: null,
    });
  }
  if ('value' in deleted && source) truth.bury(source);
}

/** A member who is blocked while posting has posted before, or the call fails. */
async function blockWriting({ truth, world, me, other }: Doing): Promise<void> {
  const peer = other();
  const draft: Draft = { by: peer, entityId: me.id, text: world.text() };
  const refusal = refusalOf(truth, draft);
  const [posted] = await Promise.all([
    codeOf(send(draft)),
    answered(me.member.contact.block({ entity_id: peer.id }), null),
  ]);
  const isLate = 'code' in posted && posted.code === 'INVALID_CONTACT';
  if (!isLate) expect('code' in posted ? posted.code : null).to.equal(refusal);
  if ('value' in posted) take(truth, draft, posted.value);
  truth.blocks.add(`${me.id} ${peer.id}`);
}

export const posts = [
  ...kind(8, 'post', post),
  ...kind(3, 'postTogether', postTogether),
  ...kind(1, 'postTwice', postTwice),
  ...kind(2, 'replay', replay),
  ...kind(3, 'forward', forward),
  ...kind(1, 'forwardDeleted', forwardDeleted),
  ...kind(1, 'blockWriting', blockWriting),
  ...kind(3, 'upload', upload),
  ...kind(1, 'uploadRemove', uploadRemove),
];
