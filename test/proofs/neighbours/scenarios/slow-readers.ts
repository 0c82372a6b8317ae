import { once } from 'node:events';
import { WebSocket } from 'ws';
import { repeat, type Scenario } from '../scenario.ts';

const sockets = 10;
const message = 'x'.repeat(9000);

/** Sockets of a member that read nothing while large messages are posted to them. */
export const slowReaders: Scenario = {
  name: 'slow readers',
  async prepare({ url, mateId }, attacker) {
    const address = `${url.replace('http', 'ws')}/-/socket.io/?EIO=4&transport=websocket`;
    const connect = async () => {
      const socket = new WebSocket(address).on('error', () => {});
      await once(socket, 'open');
      const auth = { token: attacker.token, hub_id: attacker.hubId, since: 0 };
      socket.send(`40${JSON.stringify(auth)}`, () => socket.pause());
      return socket;
    };
    const post = () => attacker.chat.post({ entity_id: mateId, message });
    return async (signal) => {
      const silent = await Promise.all(Array.from({ length: sockets }, connect));
      const outcomes = await repeat(post, 2, signal);
      for (const socket of silent) socket.terminate();
      return outcomes;
    };
  },
};
