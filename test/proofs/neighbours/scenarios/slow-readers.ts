import { once } from 'node:events';
import { WebSocket } from 'ws';
import { repeat, type Scenario } from '../bench.ts';

const sockets = 10;
const message = 'x'.repeat(9000);

/** Sockets of a member that read nothing while large messages are posted to them. */
export const slowReaders: Scenario = {
  name: 'slow readers',
  async prepare({ service: { url } }, attacker, victim) {
    const address = `${url.replace('http', 'ws')}/-/socket.io/?EIO=4&transport=websocket`;
    for (let n = 0; n < sockets; n++) {
      const socket = new WebSocket(address).on('error', () => {});
      await once(socket, 'open');
      const auth = { token: attacker.token, hub_id: attacker.hubId, since: 0 };
      socket.send(`40${JSON.stringify(auth)}`, () => socket.pause());
    }
    const post = () => attacker.chat.post({ entity_id: victim.id, message });
    return (signal) => repeat(post, 2, signal);
  },
};
