import { io } from 'socket.io-client';

const byId = (id) => document.getElementById(id);
const chat = document.querySelector('details');
let session; // what the shop returns: the address of hubchat, hub, room, me, token
let since; // the seq of the last event shown

async function renew() {
  session = await (await fetch(`/session${location.search}`, { method: 'POST' })).json();
}

async function call(method, params) {
  const isForm = params instanceof FormData;
  const response = await fetch(`${session.chat}/-/svc/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${session.token}`,
      'x-hub-id': session.hub,
      ...(isForm ? {} : { 'content-type': 'application/json' }),
    },
    body: isForm ? params : JSON.stringify(params),
  });
  const { data, error, details } = await response.json();
  if (error) throw new Error(`${method}: ${error} ${details}`);
  return data;
}

async function show(message) {
  if (byId(message.message_id)) return;
  const item = document.createElement('li');
  item.id = message.message_id;
  item.value = message.ordinal;
  item.className = message.author_id === session.me ? 'mine' : '';
  item.classList.toggle('seen', message.is_seen === 1);
  item.textContent = `${message.entity.firstname}: ${message.message}`;
  const later = [...byId('messages').children].find(({ value }) => value > message.ordinal);
  byId('messages').insertBefore(item, later ?? null);
  // Files in replies have links. An event is the same for all its receivers, so its files have none.
  const nids = message.files.map(({ nid }) => nid);
  const isLinked = nids.length === 0 || message.files[0].url;
  const links = isLinked ? message.files : await call('chat.file_urls', { nids });
  for (const { url, thumb_url } of links)
    item.append(Object.assign(new Image(), { src: session.chat + (thumb_url ?? url) }));
}

/** Shows how many messages are unread; while the chat is open, they are read. */
async function count() {
  const { room } = session;
  const info = await call('chat.chat_room_info', { key: room });
  byId('badge').textContent = info.unread_count || '';
  if (chat.open && info.unread_count > 0)
    await call('chat.acknowledge', { message_id: info.last_message_id });
}

await renew();
const socket = io(session.chat, {
  path: '/-/socket.io',
  // Called at every connection. Without the shop, the token is tried that there is.
  auth: async (send) => {
    await renew().catch(() => {});
    send({ token: session.token, hub_id: session.hub, since });
  },
});
socket.onAny((name, { seq }) => {
  if (seq !== undefined) since = seq;
});
socket.on('ready', async ({ recovered }) => {
  byId('status').textContent = 'Online';
  const page = { entity_id: session.room, mark_read: 0 };
  if (!recovered) for (const row of await call('chat.messages', page)) await show(row);
  await count();
});
socket.on('chat.post', async ({ entity_id, data }) => {
  if (entity_id !== session.room || data.deleted) return;
  await show(data);
  await count();
});
socket.on('chat.acknowledge', async ({ entity_id, data }) => {
  if (entity_id !== session.room) return;
  if (data.user_id === session.me) return count();
  for (const item of document.querySelectorAll('li.mine'))
    if (item.value <= data.ordinal) item.classList.add('seen');
});
socket.on('session.expiring', renew);
socket.on('disconnect', (reason) => {
  byId('status').textContent = 'Offline';
  if (reason === 'io server disconnect') socket.connect(); // otherwise it does so by itself
});

chat.addEventListener('toggle', count);
let sent = Promise.resolve();
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { text, picture } = event.target.elements;
  const [message, files] = [text.value, [...picture.files]];
  event.target.reset(); // what is typed next is another message
  sent = sent.catch(() => {}).then(() => send(message, files)); // in their order
});

async function send(message, files) {
  const attachment = [];
  for (const file of files) {
    const form = new FormData();
    form.append('file', file);
    for (const { nid } of await call('chat.upload', form)) attachment.push(nid);
  }
  await call('chat.post', { entity_id: session.room, message, attachment });
}
