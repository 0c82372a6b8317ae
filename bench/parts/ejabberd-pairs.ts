import { HttpConnection } from '../clients/http.ts';
import { XmppClient } from '../clients/xmpp.ts';
import type { Bench } from '../contest.ts';
import { type Ejabberd, password, startEjabberd, userOf } from '../sides/ejabberd.ts';
import { type Conversation, deliveries } from './conversations.ts';

const started = new WeakMap<Bench, Promise<Ejabberd | undefined>>();

/** Returns ejabberd, which several parts share; undefined if it is not installed. */
export function ejabberdOf(bench: Bench, users: number): Promise<Ejabberd | undefined> {
  const ejabberd = started.get(bench) ?? start(bench, users);
  started.set(bench, ejabberd);
  return ejabberd;
}

async function start({ database, folder, atEnd, say }: Bench, users: number) {
  const ejabberd = await startEjabberd(database, folder, users, atEnd);
  if (!ejabberd) say('ejabberd is not installed (apt install ejabberd): its rows are left out.');
  return ejabberd;
}

const jidOf = (n: number): string => `${userOf(n)}@localhost`;

/** Opens the pair of a caller: one user sends by the HTTP API, the other one is on XMPP. */
export async function openEjabberdPair(
  { apiPort, xmppPort }: Ejabberd,
  caller: number,
  body: string,
): Promise<Conversation> {
  const delivered = deliveries();
  const receiver = await XmppClient.open({
    port: xmppPort,
    user: userOf(2 * caller + 1),
    password,
    isPresent: true,
    onMessage: () => delivered.note(),
  });
  const sender = await HttpConnection.open(apiPort);
  const message = JSON.stringify({
    type: 'chat',
    from: jidOf(2 * caller),
    to: jidOf(2 * caller + 1),
    subject: '',
    body,
  });
  return {
    delivered,
    async send() {
      await sender.post('/api/send_message', '', message);
    },
    close() {
      receiver.close();
      sender.close();
    },
  };
}

const archive = 'urn:xmpp:mam:2';

/** Opens a caller's function that reads the newest 50 messages of their conversation. */
export async function openArchive({ xmppPort }: Ejabberd, caller: number) {
  let count = 0;
  const client = await XmppClient.open({
    port: xmppPort,
    user: userOf(2 * caller),
    password,
    isPresent: false,
    onMessage: () => {
      count += 1;
    },
  });
  const field = (name: string, value: string) =>
    `<field var='${name}'><value>${value}</value></field>`;
  const query =
    `<query xmlns='${archive}'><x xmlns='jabber:x:data' type='submit'>` +
    `${field('FORM_TYPE', archive)}${field('with', jidOf(2 * caller + 1))}</x>` +
    "<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><before/></set></query>";
  return {
    async read() {
      count = 0;
      await client.query(query);
      if (count !== 50) throw new Error(`ejabberd sent a page of ${count} messages`);
    },
    close: () => client.close(),
  };
}
