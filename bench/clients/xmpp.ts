import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Options {
  port: number;
  user: string;
  password: string;
  /** Messages are sent only to users who are present. */
  isPresent: boolean;
  onMessage(stanza: string): void;
}

const closed = (): Error => new Error('ejabberd has closed the connection');

interface Query {
  resolve(stanza: string): void;
  reject(error: Error): void;
}

/** An XMPP client that looks only for the ends of messages and of its own queries. */
export class XmppClient {
  readonly #socket: Socket;
  readonly #onMessage: (stanza: string) => void;
  readonly #queries = new Map<string, Query>();
  #text = '';
  #onText: () => void = () => {};
  #count = 0;

  private constructor(socket: Socket, onMessage: (stanza: string) => void) {
    this.#socket = socket.setNoDelay(true).setEncoding('utf8');
    this.#onMessage = onMessage;
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#queries.values()) reject(closed());
    });
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#onText();
    });
  }

  /** Connects and logs in, without encryption. */
  static async open({ port, user, password, isPresent, onMessage }: Options): Promise<XmppClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new XmppClient(socket, onMessage);
    const stream =
      "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' " +
      "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    await client.#exchange(stream, '</stream:features>');
    const secret = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await client.#exchange(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`,
      '<success',
    );
    await client.#exchange(stream, '</stream:features>');
    client.#onText = () => client.#readStanzas();
    await client.query("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    if (isPresent) socket.write('<presence/>');
    return client;
  }

  /** Sends a query; resolves with its result. */
  query(content: string): Promise<string> {
    const id = `q${++this.#count}`;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(closed());
      this.#queries.set(id, { resolve, reject });
      this.#socket.write(`<iq type='set' id='${id}'>${content}</iq>`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends something; resolves once a text has come, and forgets what has. */
  #exchange(text: string, end: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('close', () => reject(closed()));
      this.#onText = () => {
        if (this.#text.includes('<failure')) reject(new Error(this.#text));
        if (!this.#text.includes(end)) return;
        this.#text = '';
        resolve();
      };
      this.#socket.write(text);
    });
  }

  #readStanzas(): void {
    let at = 0;
    for (;;) {
      const start = this.#text.indexOf('<', at);
      const end = start < 0 ? -1 : stanzaEnd(this.#text, start);
      if (end < 0) break;
      const stanza = this.#text.slice(start, end);
      if (stanza.startsWith('<message')) this.#onMessage(stanza);
      else if (stanza.startsWith('<iq')) this.#resolve(stanza);
      at = end;
    }
    this.#text = this.#text.slice(at);
  }

  #resolve(stanza: string): void {
    const id = /^<iq[^>]* id=['"]([^'"]+)/.exec(stanza)?.[1] ?? '';
    this.#queries.get(id)?.resolve(stanza);
    this.#queries.delete(id);
  }
}

/** Returns where a stanza ends, or -1 if it is not complete. */
function stanzaEnd(text: string, start: number): number {
  const headEnd = text.indexOf('>', start);
  if (headEnd < 0 || text[headEnd - 1] === '/') return headEnd < 0 ? -1 : headEnd + 1;
  const name = /^<([^\s/>]+)/.exec(text.slice(start, headEnd + 1))?.[1] ?? '';
  const closing = `</${name}>`;
  let end = text.indexOf(closing, headEnd);
  if (name === 'message') {
    // Messages from the archive contain forwarded ones.
    const result = text.slice(headEnd, end).includes('<forwarded');
    if (result) end = text.indexOf(closing, end + closing.length);
  }
  return end < 0 ? -1 : end + closing.length;
}
