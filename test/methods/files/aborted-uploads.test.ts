import http from 'node:http';
import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { openHttp } from '../../support/connection.ts';
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

describe('An upload that arrives whole and is cut before it is read', () => {
  const form =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n';

  for (const [what, length, isClosed] of [
    ['its client leaves', form.length, true],
    ['no request follows it, but other bytes', 20, false],
    ['it has a body and says that it has none', 0, false],
  ] as const)
    it(`frees its place: ${what}`, async () => {
      const { members } = await newHub({ alice: 7 });
      const { alice } = members;
      const lines = [
        'POST /-/svc/chat.upload HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${alice.token}`,
        `X-Hub-Id: ${alice.hubId}`,
        'Content-Type: multipart/form-data; boundary=b',
        `Content-Length: ${length}`,
      ];
      // More than may wait for a place.
      for (let n = 0; n < 40; n++) {
        using cut = openHttp();
        cut.send(lines, form);
        if (isClosed) cut.end();
        await cut.closed;
      }
      const file = () => alice.chat.upload({ file: [new File(['x'], 'a.txt')] });
      await Promise.all([file(), file(), file(), file()]);
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
