/**
 * The floor of posts and pages: a server that keeps the promises of a post on the service's own
 * tables with as little work as possible, and answers pages by one round trip. It speaks the
 * service's protocol as far as the benchmark uses it. Sends its users when it is ready.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Koa from 'koa';
import type { RowDataPacket } from 'mysql2/promise';
import { Server } from 'socket.io';
import { z } from 'zod';
import { socketPath } from '../../acl/paths.ts';
import { connect } from '../../db/connection/connect.ts';
import { hashOf } from '../../db/rows/hash.ts';
import { migrate } from '../../db/setup/migrate.ts';
import { type FloorRoom, type FloorUser, seedPairs } from './seed.ts';
import { entryOf, eventOf, type FloorMessage, messageOf, replyOf } from './shapes.ts';
import { type Post, type Written, writePosts } from './writer.ts';

const [port = '', url = '', pairs = '', history = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
const pool = connect({ uri: url }, 4);
await migrate(pool);
const { hubId, users, rooms } = await seedPairs(pool, Number(pairs), Number(history));
const userBy = new Map(users.map((user) => [user.tokenHash, user]));
const roomBy = new Map(
  rooms.flatMap((room) => {
    const [one, other] = room.users;
    return [`${one.id} ${other.id}`, `${other.id} ${one.id}`].map((key) => [key, room] as const);
  }),
);

/** Two batches at a time: one locks its rooms while the other commits. */
const writers = [await pool.getConnection(), await pool.getConnection()];
const largestBatch = 64;
interface Waiting {
  post: Post;
  resolve(written: Written): void;
  reject(error: unknown): void;
}
const waiting: Waiting[] = [];

function enqueue(post: Post): Promise<Written> {
  return new Promise((resolve, reject) => {
    waiting.push({ post, resolve, reject });
    if (waiting.length === 1) setImmediate(writeWaiting);
  });
}

function writeWaiting(): void {
  while (waiting.length > 0) {
    const writer = writers.pop();
    if (!writer) return;
    void writeBatch(writer, waiting.splice(0, largestBatch));
  }
}

async function writeBatch(writer: (typeof writers)[number], batch: readonly Waiting[]) {
  try {
    const written = await writePosts(
      writer,
      hubId,
      batch.map(({ post }) => post),
    );
    for (const one of written) publish(one);
    for (const [n, { resolve }] of batch.entries()) resolve(written[n] as Written);
  } catch (error) {
    await writer.query('ROLLBACK').catch(() => {});
    for (const { reject } of batch) reject(error);
  }
  writers.push(writer);
  writeWaiting();
}

function publish(written: Written): void {
  const { author, peer, echoId } = written.post;
  const message = messageOf(written);
  const send = (to: FloorUser, entity: FloorUser, notify: 0 | 1) => {
    const about = { hubId, entityId: entity.id, prev: written.prev, echoId, notify };
    io.to(to.id).emit('chat.post', eventOf(written, message, about));
  };
  send(peer, author, 1);
  send(author, peer, 0);
}

const tokenOf = (header = ''): string => header.replace(/^Bearer /, '');
function userOf(token: string): FloorUser {
  const user = userBy.get(hashOf(token));
  if (!user) throw new Error('the token is unknown');
  return user;
}

function roomOf(user: FloorUser, entityId: string): { room: FloorRoom; peer: FloorUser } {
  const room = roomBy.get(`${user.id} ${entityId}`);
  const peer = room?.users.find(({ id }) => id === entityId);
  if (!room || !peer) throw new Error('the conversation is unknown');
  return { room, peer };
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8').on('error', reject);
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => resolve(body));
  });
}

const Input = z.object({
  entity_id: z.string().max(64),
  message: z.string().max(10_000),
  echoId: z.string().max(64),
});

const koa = new Koa();
koa.use(async (context) => {
  const author = userOf(tokenOf(context.get('authorization')));
  const { entity_id, message, echoId } = Input.parse(JSON.parse(await bodyOf(context.req)));
  const { room, peer } = roomOf(author, entity_id);
  const written = await enqueue({ room, author, peer, body: message, echoId });
  context.type = 'json';
  // Assigned, not spread: see entryOf.
  const reply = Object.assign(messageOf(written), {
    entity_id,
    to_id: author.id,
    seq: written.seq,
    room: 0,
    total: written.total,
    echoId,
    peer_id: entity_id,
  });
  context.body = replyOf('chat.post', reply);
});
const handlePost = koa.callback();

/** The rows of a page, what the others have read, and whether the session is still valid. */
const pageSql = `SELECT id, room_id AS roomId, ordinal, seq, author_id AS authorId, body,
    created_ms AS createdMs
  FROM messages WHERE hub_id = ? AND room_id = ? ORDER BY ordinal DESC LIMIT 50;
  SELECT user_id AS userId, pointer FROM participants WHERE hub_id = ? AND room_id = ?;
  SELECT user_id FROM sessions WHERE token_hash = ? AND expires_ms > ? AND ended_as IS NULL;
  SELECT acl_epoch FROM hubs WHERE id = ?`;

async function answerPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const user = userOf(tokenOf(request.headers.authorization));
  const { entity_id: entityId } = JSON.parse(await bodyOf(request)) as { entity_id: string };
  const { room } = roomOf(user, entityId);
  const [results] = await pool.query<RowDataPacket[][]>(pageSql, [
    ...[hubId, room.id, hubId, room.id, user.tokenHash, Date.now(), hubId],
  ]);
  const [rows = [], readers = [], valid = []] = results;
  if (valid.length === 0) throw new Error('the session has ended');
  const others = readers.filter(({ userId }) => userId !== user.id);
  const seenUpTo = Math.min(...others.map(({ pointer }) => Number(pointer)));
  const page = rows.map((row) => entryOf(row as RowDataPacket & FloorMessage, entityId, seenUpTo));
  const body = Buffer.from(replyOf('chat.messages', page));
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', body.length);
  response.end(body);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  if (request.url !== '/-/svc/chat.messages') return void handlePost(request, response);
  answerPage(request, response).catch((error: Error) => {
    response.writeHead(500).end(error.message);
  });
});
const io = new Server(server, {
  path: socketPath,
  transports: ['websocket'],
  serveClient: false,
});
io.use((socket, next) => {
  const user = userBy.get(hashOf(String(socket.handshake.auth.token)));
  if (!user) return next(new Error('the token is unknown'));
  void socket.join(user.id);
  next();
});
io.on('connection', (socket) => socket.emit('ready'));
server.listen(Number(port), '127.0.0.1', () => {
  process.send?.({ hubId, users: users.map(({ id, token }) => ({ id, token })) });
});
