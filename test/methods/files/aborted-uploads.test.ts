import http from 'node:http';
import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { eventually } from '../../support/wait.ts';

describe('An aborted upload', () => {
  it('frees its place, at whatever time it is aborted', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const headers = {
      authorization: `Bearer ${alice.token}`,
      'x-hub-id': alice.hubId,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': '100000',
    };
    // Between the headers and the first read of the body, the database is queried for some ms.
    for (let n = 0; n < 40; n++)
      await new Promise<void>((resolve) => {
        const cut = http.request(`${app().url}/-/svc/chat.upload`, {
          method: 'POST',
          headers,
          agent: false,
        });
        cut.on('error', () => resolve()).on('close', () => resolve());
        cut.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nxxx');
        setTimeout(() => cut.destroy(), n % 12);
      });
    const file = () => alice.chat.upload({ file: [new File(['x'], 'a.txt')] });
    await eventually(() =>
      Promise.all([file(), file(), file(), file()]).then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('The path of the socket', () => {
  it('responds 405 to other verbs, also within a session', async () => {
    const path = '/-/socket.io/?EIO=4&transport=polling';
    const opened = await request(path, { verb: 'GET' });
    const sid = JSON.parse(opened.text.slice(1)).sid as string;
    for (const verb of ['PUT', 'DELETE', 'HEAD'])
      expect((await request(`${path}&sid=${sid}`, { verb })).status, verb).to.equal(405);
  });
});
