import { expect } from 'chai';
import { WebSocket } from 'ws';
import { ownSchema } from '../../support/app.ts';
import { headersOf } from '../../support/files.ts';
import { serviceOn } from '../../support/service.ts';
import { newHub, uploadOne } from './bench.ts';
import { withFiles } from './storm.ts';

const attempts = 400;

/** Resolves to the socket once it is open, or to the status with which it was refused. */
const open = (url: string): Promise<WebSocket | number | string> =>
  new Promise((resolve) => {
    const path = '/-/socket.io/?EIO=4&transport=websocket';
    const socket = new WebSocket(url.replace('http', 'ws') + path);
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, { statusCode = 0, headers }) => {
      resolve(headers['retry-after'] === undefined ? 'no Retry-After' : statusCode);
      socket.terminate();
    });
    socket.on('error', (error) => resolve(error.message));
  });

describe('A service with few open files', () => {
  it('refuses sockets, and goes on serving calls and files', async () => {
    await using schema = await ownSchema();
    await using service = await serviceOn(schema.address, {
      within: withFiles(256),
      environment: { LOG_LEVEL: 'warn', LIMIT_UNIDENTIFIED: '0' },
    });
    await service.start();
    const { alice, bob } = await newHub(service, 'alice', 'bob');
    const opened: WebSocket[] = [];
    try {
      const refusals: (number | string)[] = [];
      for (let n = 0; n < attempts; n++) {
        const outcome = await open(service.url);
        if (outcome instanceof WebSocket) opened.push(outcome);
        else refusals.push(outcome);
      }
      expect(opened.length).to.be.within(30, 150);
      expect(refusals.filter((refusal) => refusal !== 503)).to.deep.equal([]);

      const rounds = Array.from({ length: 10 }, async (_, n) => {
        const nid = await uploadOne(alice, `${n}.txt`, `file ${n}`);
        await alice.chat.post({ entity_id: bob.id, message: `post ${n}`, attachment: [nid] });
        const file = await fetch(`${service.url}/-/file/${nid}`, { headers: headersOf(bob) });
        expect(await file.text()).to.equal(`file ${n}`);
      });
      await Promise.all(rounds);
      expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(10);
      const lines = service.log.filter((line) => line.includes('ulimit -n'));
      expect(lines).to.have.length(1);
      expect(service.log.filter((line) => line.includes('"level":50'))).to.deep.equal([]);
      expect(service.lives).to.equal(true);
    } finally {
      for (const socket of opened) socket.terminate();
    }
  });
});
