/**
 * The floor of fan-out: every post is sent to all sockets by bare Socket.IO, without a database.
 * Sends a message when it is ready.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Server } from 'socket.io';
import { socketPath } from '../../acl/paths.ts';
import { newId } from '../../db/rows/ids.ts';
import { eventOf, messageOf } from './shapes.ts';

process.once('disconnect', () => process.exit());
const [hubId, roomId, authorId] = [newId(), newId(), newId()];
let seq = 0;

const server = createServer(async (request, response) => {
  const { message } = JSON.parse(await text(request)) as { message: string };
  seq += 1;
  const row = {
    id: newId(),
    roomId,
    ordinal: seq,
    seq,
    authorId,
    body: message,
    createdMs: Date.now(),
  };
  const event = eventOf(row, messageOf(row), {
    hubId,
    entityId: roomId,
    prev: seq - 1,
    echoId: `e-${seq}`,
    notify: 1,
  });
  io.to(roomId).emit('chat.post', event);
  response.end('{}');
});
const io = new Server(server, {
  path: socketPath,
  transports: ['websocket'],
  serveClient: false,
});
io.on('connection', async (socket) => {
  await socket.join(roomId);
  socket.emit('ready');
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.({}));
