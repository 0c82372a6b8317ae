import { type Blob, File } from 'node:buffer';
import type { Contract, Output } from '../../../acl/index.ts';
import { contentOf, type Ledger, type Person, readKey, type Sent } from './ledger.ts';

export type Random = () => number;

/** All members at work continuously. */
export interface Load {
  /** Resolves when no call is running: calls without a reply stay without one. */
  pause(): Promise<void>;
  resume(): void;
  /** Rejects on a reply that is not allowed. */
  failed: Promise<never>;
}

type Step = (ledger: Ledger, me: Person, random: Random) => Promise<void>;

const recent = 80;
const thumb = '👍';

/** Mulberry32: reproducible numbers for a seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, among: readonly T[]): T | undefined =>
  among[Math.floor(random() * among.length)];

export function startLoad(ledger: Ledger, seed: number, picture: Buffer): Load {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  let isPaused = true;
  let working: Promise<unknown> = Promise.resolve();
  const randoms = ledger.people.map((_, index) => randomOf(seed * 1000 + index));
  const steps = weighted(picture);

  const work = async (me: Person, random: Random): Promise<void> => {
    while (!isPaused) await pick(random, steps)?.(ledger, me, random);
  };
  const resume = () => {
    isPaused = false;
    working = Promise.all(
      ledger.people.map((me, index) => work(me, randoms[index] ?? Math.random)),
    ).catch(fail);
  };
  resume();
  return {
    async pause() {
      isPaused = true;
      await Promise.race([working, failed]);
    },
    resume,
    failed,
  };
}

const weighted = (picture: Buffer): Step[] =>
  (
    [
      [8, burst],
      [3, (...args) => postFiles(picture, ...args)],
      [1, removeFile],
      [3, forward],
      [3, deleteForAll],
      [2, hide],
      [3, edit],
      [3, react],
      [2, acknowledge],
      [1, markUnread],
      [2, replay],
    ] as [number, Step][]
  ).flatMap(([weight, step]) => Array<Step>(weight).fill(step));

/** The members who see posts to a member or group. */
const audienceOf = (ledger: Ledger, me: Person, entityId: string): string[] =>
  ledger.groups.get(entityId) ?? [me.id, entityId];

function note(
  ledger: Ledger,
  me: Person,
  entityId: string,
  mark: string,
  more: Partial<Sent> = {},
): Sent {
  const sent: Sent = {
    mark,
    by: me,
    entityId,
    audience: audienceOf(ledger, me, entityId),
    nids: [],
    outcome: 'unknown',
    texts: [mark],
    edits: 0,
    unknownEdits: 0,
    deleted: 'no',
    hidden: new Map(),
    reacted: new Map(),
    ...more,
  };
  ledger.sent.push(sent);
  return sent;
}

function made(sent: Sent, id: string, seq: number): void {
  Object.assign(sent, { outcome: 'made', id, seq });
}

function hasRead(ledger: Ledger, me: Person, roomId: string, ordinal: number): void {
  const key = readKey(me.id, roomId);
  ledger.read.set(key, Math.max(ledger.read.get(key) ?? 0, ordinal));
}

/** A recent message that exists as far as is known. */
const choose = (ledger: Ledger, random: Random, fits: (sent: Sent) => boolean) =>
  pick(
    random,
    ledger.sent
      .slice(-recent)
      .filter(
        (sent): sent is Sent & { id: string } =>
          sent.id !== undefined && sent.deleted === 'no' && fits(sent),
      ),
  );
const isMine = (me: Person) => (sent: Sent) => sent.by === me;
const isSeen = (me: Person) => (sent: Sent) =>
  sent.audience.includes(me.id) && (sent.hidden.get(me.id) ?? 'no') === 'no';

const callPost = (me: Person, { entityId, mark, nids, echoId }: Sent) =>
  me.client.chat.post({
    entity_id: entityId,
    message: mark,
    attachment: nids,
    ...(echoId === undefined ? {} : { echoId }),
  });

async function post(ledger: Ledger, me: Person, sent: Sent): Promise<void> {
  const call = () => callPost(me, sent);
  const answer = await (sent.echoId === undefined ? ledger.ask(call) : ledger.insist(call));
  if ('value' in answer) {
    const { message_id, seq, room_id, ordinal } = answer.value;
    made(sent, message_id, seq);
    hasRead(ledger, me, room_id, ordinal);
  } else if ('unknown' in answer) {
    ledger.counts.unanswered += 1;
    if (answer.nothingHappened) sent.outcome = 'not made';
  }
}

/** Several concurrent posts, with and without an echoId. */
async function burst(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const posts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    const mark = ledger.next('p');
    const entityId = pick(random, me.entities) ?? '';
    return post(
      ledger,
      me,
      note(ledger, me, entityId, mark, random() < 0.6 ? { echoId: `echo-${mark}` } : {}),
    );
  });
  await Promise.all(posts);
}

async function upload(
  picture: Buffer,
  ledger: Ledger,
  me: Person,
  random: Random,
): Promise<string[]> {
  const names = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    ledger.next('u').concat(random() < 0.2 ? '.jpg' : '.txt'),
  );
  const file = names.map((name) => {
    const bytes = name.endsWith('.jpg') ? picture : contentOf(name);
    return new File([bytes], name) as Blob as globalThis.Blob;
  });
  const answer = await ledger.ask(() => me.client.chat.upload({ file }));
  if (!('value' in answer)) {
    ledger.counts.unanswered += 1;
    return [];
  }
  for (const { nid, file_name } of answer.value) ledger.files.set(nid, file_name);
  return answer.value.map(({ nid }) => nid);
}

async function postFiles(
  picture: Buffer,
  ledger: Ledger,
  me: Person,
  random: Random,
): Promise<void> {
  const nids = await upload(picture, ledger, me, random);
  if (nids.length === 0 || random() < 0.1) return;
  const mark = ledger.next('p');
  const entityId = pick(random, me.entities) ?? '';
  for (const nid of nids) ledger.given.add(nid);
  const key = random() < 0.7 ? { echoId: `echo-${mark}` } : {};
  await post(ledger, me, note(ledger, me, entityId, mark, { nids, ...key }));
}

async function removeFile(ledger: Ledger, me: Person): Promise<void> {
  const name = ledger.next('u').concat('.txt');
  const file = [new File([contentOf(name)], name) as Blob as globalThis.Blob];
  const answer = await ledger.ask(() => me.client.chat.upload({ file }));
  if (!('value' in answer)) return;
  for (const { nid } of answer.value) {
    ledger.given.add(nid);
    await ledger.ask(() => me.client.chat.upload_remove({ nid }));
  }
}

async function forward(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const source = choose(ledger, random, isSeen(me));
  if (!source) return;
  const entities = [...new Set([pick(random, me.entities) ?? '', pick(random, me.entities) ?? ''])];
  const echoId = ledger.next('f');
  const copies = entities.map((entityId) =>
    note(ledger, me, entityId, echoId, { echoId, source, texts: [], nids: source.nids }),
  );
  const nodes = { messages: [source.id] };
  // It may have been deleted or edited concurrently: then the copy has either text.
  const answer = await ledger.insist(
    () => me.client.chat.forward({ entities, nodes, echoId }),
    ['INVALID_MESSAGES'],
  );
  for (const copy of copies) copy.outcome = 'not made';
  if (!('value' in answer)) return;
  for (const row of answer.value) {
    const copy = copies.find(({ entityId }) => entityId === row.entity_id);
    if (!copy) throw new Error('a copy that was not asked for');
    made(copy, row.message_id, row.seq);
  }
}

async function deleteForAll(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, (one) => isMine(me)(one) && isSeen(me)(one));
  if (!sent) return;
  sent.deleted = 'maybe';
  const isTwice = random() < 0.5;
  const call = () => me.client.chat.delete({ option: 'all', messages: [sent.id] });
  // Only this member deletes it: an error means that the previous call succeeded without a reply.
  const answer = await (isTwice ? ledger.insist(call, ['INVALID_MESSAGES']) : ledger.ask(call));
  if ('value' in answer) sent.deleted = 'yes';
  else if ('unknown' in answer) ledger.counts.unanswered += 1;
}

async function hide(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, isSeen(me));
  if (!sent) return;
  sent.hidden.set(me.id, 'maybe');
  const call = () => me.client.chat.delete({ option: 'me', messages: [sent.id] });
  const answer = await ledger.ask(call, ['INVALID_MESSAGES']);
  if ('value' in answer) sent.hidden.set(me.id, 'yes');
  else if ('unknown' in answer) ledger.counts.unanswered += 1;
}

async function edit(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, (one) => isMine(me)(one) && isSeen(me)(one) && !one.source);
  if (!sent) return;
  const text = `${sent.mark} ${ledger.next('e')}`;
  // Recorded before the reply, because others copy it concurrently.
  sent.texts.push(text);
  const answer = await ledger.ask(() =>
    me.client.chat.edit({ message_id: sent.id, message: text }),
  );
  if ('value' in answer) {
    sent.texts = [text];
    sent.edits += 1;
    return;
  }
  ledger.counts.unanswered += 1;
  if ('unknown' in answer && answer.nothingHappened) sent.texts.pop();
  else sent.unknownEdits += 1;
}

async function react(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, isSeen(me));
  if (!sent) return;
  const state = sent.reacted.get(me.id) === 'yes' ? 0 : 1;
  sent.reacted.set(me.id, 'maybe');
  const call = () => me.client.chat.react({ message_id: sent.id, emoji: thumb, state });
  const answer = await ledger.insist(call, ['MESSAGE_NOT_FOUND']);
  if ('value' in answer) sent.reacted.set(me.id, state ? 'yes' : 'no');
}

type Mark = Output<Contract['chat']['acknowledge']>;

async function acknowledge(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, isSeen(me));
  if (!sent) return;
  const answer = await ledger.ask<Mark>(
    () => me.client.chat.acknowledge({ message_id: sent.id }),
    ['MESSAGE_NOT_FOUND'],
  );
  if ('value' in answer) hasRead(ledger, me, answer.value.room_id, answer.value.ordinal);
}

async function markUnread(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = choose(ledger, random, isSeen(me));
  if (!sent) return;
  const call = () => me.client.chat.mark_unread({ message_id: sent.id });
  const answer = await ledger.ask<Mark>(call, ['MESSAGE_NOT_FOUND']);
  if ('value' in answer)
    ledger.read.set(readKey(me.id, answer.value.room_id), answer.value.ordinal);
  else if ('unknown' in answer)
    for (const key of ledger.read.keys()) if (key.startsWith(me.id)) ledger.read.delete(key);
}

/** The same post again: the same reply, even if it was deleted or edited since. */
async function replay(ledger: Ledger, me: Person, random: Random): Promise<void> {
  const sent = pick(
    random,
    ledger.sent.filter((one) => one.by === me && one.id && one.echoId && !one.source),
  );
  if (!sent) return;
  const answer = await ledger.insist(() => callPost(me, sent));
  if ('value' in answer && answer.value.message_id !== sent.id)
    throw new Error(`${sent.mark} was ${sent.id}, and its replay is ${answer.value.message_id}`);
}
