import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { BoundedWebSocketServer, streamOf, textFrame } from '../../service/realtime/websockets.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

describe('A text frame', () => {
  it('is read by ws, whatever its length', async () => {
    const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
    const texts = lengths.flatMap((length) => ['x'.repeat(length), '😀'.repeat(length / 4)]);
    const server = new BoundedWebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => {
      for (const text of texts) streamOf(socket)?.write(textFrame(text));
    });
    await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const received: string[] = [];
    client.on('message', (data, isBinary) => received.push(isBinary ? '' : String(data)));
    await eventually(() => received.length === texts.length);
    client.terminate();
    server.close();
    expect(received).to.deep.equal(texts);
  });
});

describe('Events that are published together', () => {
  it('reach every socket once and in their order, large ones and many', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob, carol);
    const everyone = [alice, bob, carol];
    const devices = await Promise.all([...everyone, bob].map((member) => member.device()));
    const texts = ['short', '😀'.repeat(10_000)];
    const posts = Array.from({ length: 120 }, (_, n) =>
      (everyone[n % 3] ?? alice).chat.post({ entity_id, message: texts[n % 20 === 0 ? 1 : 0] }),
    );
    const posted = (await Promise.all(posts)).map(({ seq }) => seq).sort((a, b) => a - b);
    for (const device of devices) {
      await eventually(() => device.received.length >= posted.length);
      expect(device.received.map(({ seq }) => seq)).to.deep.equal(posted);
      device.close();
    }
    const [first] = devices;
    const own = (first?.received ?? []).filter(({ actor_id }) => actor_id === alice.id);
    expect(own.map(({ notify }) => notify)).to.deep.equal(own.map(() => 0));
  });
});
