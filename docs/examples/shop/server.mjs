// The backend of a shop that embeds hubchat. It alone holds the key of the shop's hub.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { CHAT = 'http://localhost:3000', HUB, KEY, TTL = '3600', PORT = '8080' } = process.env;

async function call(method, params) {
  const response = await fetch(`${CHAT}/-/svc/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      'x-hub-id': HUB,
    },
    body: JSON.stringify(params),
  });
  const { data, error, details } = await response.json();
  if (error) throw new Error(`${method}: ${error} ${details}`);
  return data;
}

// The shop's users and an order, by the shop's own ids: each start makes or finds the same.
const put = async (external_id, firstname) =>
  (await call('user.put', { external_id, firstname })).user_id;
const users = { sam: await put('sam', 'Sam'), una: await put('una', 'Una') };
const { entity_id: room } = await call('room.create', {
  ...{ name: 'Order 4711', external_id: 'order-4711', echoId: 'order-4711' },
  ...{ owner_ids: [users.sam], user_ids: [users.una] },
});

const tokens = new Map();
const issue = (user) => call('session.issue', { user_id: users[user], ttl: Number(TTL) });

/** Returns what the page needs. The user's tabs have one session, whose token is renewed. */
async function sessionOf(user) {
  const old = tokens.get(user);
  const renewed = old && (await call('session.renew', { token: old }).catch(() => undefined));
  const { token } = renewed ?? (await issue(user));
  tokens.set(user, token);
  return { chat: CHAT, hub: HUB, room, me: users[user], token };
}

const files = {
  '/': ['page.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
  '/socket.io.js': [
    '../../../node_modules/socket.io-client/dist/socket.io.esm.min.js',
    'text/javascript',
  ],
};

async function reply(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://shop');
  // A real shop reads from its own session who is signed in.
  const user = searchParams.get('user');
  const [name, type = 'application/json'] = files[pathname] ?? [];
  const isSession = request.method === 'POST' && pathname === '/session' && Object.hasOwn(users, user);
  if (!name && !isSession) return response.writeHead(404).end();
  const body = name
    ? await readFile(new URL(name, import.meta.url))
    : JSON.stringify(await sessionOf(user));
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

const server = createServer((request, response) => {
  reply(request, response).catch((error) => {
    console.error(error.message);
    response.writeHead(502).end();
  });
});
server.listen(Number(PORT), () => console.log(`http://localhost:${server.address().port}`));
