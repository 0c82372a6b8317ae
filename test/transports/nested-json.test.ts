import { expect } from 'chai';
import { methods } from '../../acl/index.ts';
import { operationsOf } from '../../gateways/genesys/operations/index.ts';
import { app } from '../support/app.ts';
import { newApplication } from '../support/braincloud.ts';
import { people, rest, sdkRoom } from '../support/genesys.ts';
import { newHub } from '../support/hub.ts';
import { bearer, call } from '../support/request.ts';
import { dispatch, openSocket, postTo, sessionOf } from '../support/s2s.ts';

const depths = [65, 5000, 150_000];
const shapes: Readonly<Record<string, (levels: number) => string>> = {
  arrays: (levels) => '['.repeat(levels) + ']'.repeat(levels),
  objects: (levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
};
/** JSON that is nested too deeply, in every shape and depth. */
const nested = Object.entries(shapes).flatMap(([shape, of]) =>
  depths.map((levels) => ({ name: `${levels} ${shape}`, text: of(levels) })),
);

/** Those that cost few points: a call pays for the bytes of its body. */
const small = nested.filter(({ text }) => text.length < 64 * 1024);

describe('JSON that is nested too deeply is an error of the client', () => {
  it('at every method, in any parameter, known or not', async () => {
    const { members } = await newHub({ alice: 63 });
    const { alice } = members;
    const headers = { ...bearer(alice), 'x-hub-id': alice.hubId };
    const text = shapes.arrays?.(5000);
    for (const [name, { by, multipart }] of methods) {
      if (multipart || by === 'anyone' || !('member' in by)) continue;
      const { status, body } = await call(name, { headers, body: `{"unknown":${text}}` });
      expect([status, body.error, body.details], name).to.deep.equal([
        ...[400, 'INVALID_INPUT'],
        ['unknown: is nested in more than 64 levels'],
      ]);
    }
    for (const { name, text } of nested) {
      const body = `{"to_ids":["${alice.id}"],"content":${text}}`;
      expect((await call('messaging.send', { headers, body })).status, name).to.equal(400);
    }
  });

  it('at every operation of Genesys', async () => {
    const { alice, bob } = await people({ alice: 31, bob: 7 });
    const { token } = alice.native;
    const room = await sdkRoom(alice, bob);
    const withBody = operationsOf({ participantLimit: 0 }).filter(({ verb }) =>
      ['POST', 'PUT', 'PATCH'].includes(verb),
    );
    expect(withBody.length).to.be.above(8);
    for (const { verb, path, name } of withBody) {
      const target = path
        .replace(':roomJid', room)
        .replace(':userId', bob.id)
        .replace(/:\w+/g, '6f0d8a1e-0b1c-4f1e-9a55-3c1a6f3f7a10');
      for (const field of ['unknown', 'message', 'subject', 'reactions'])
        for (const { name: depth, text } of field === 'unknown' ? nested : small) {
          const reply = await rest(verb, target, { token, body: `{"${field}":${text}}` });
          // Some operations do not read their body. A 429 would show nothing.
          expect(reply.status, `${name} ${field} ${depth}`).to.be.within(200, 428);
        }
    }
    const reply = await rest('POST', `/chats/rooms/${room}/messages`, {
      token,
      body: `{"message":"Hi","unknown":${nested[1]?.text}}`,
    });
    expect([reply.status, reply.body.code]).to.deep.equal([400, 'bad.request']);
  });

  it('at both routes and the socket of brainCloud', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    for (const { name, text } of nested) {
      const body = `{"packetId":1,"messages":[{"service":"a","operation":"b","data":${text}}]}`;
      for (const route of ['dispatcherv2', 's2sdispatcher']) {
        const reply = await postTo(`${application.url}/${route}`, body);
        expect(reply.http, name).to.equal(200);
        expect(JSON.stringify(reply.body), name).to.contain('nested too deeply');
      }
    }
    const messages = [{ service: 'heartbeat', operation: 'READ' }];
    const packet = { packetId: 50, sessionId: ann.sessionId, messages };
    expect((await dispatch(application, packet)).body.responses[0].status).to.equal(200);
    const { socket } = await openSocket(app().url);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(`{"service":"rtt","operation":"CONNECT","data":${shapes.arrays?.(3000)}}`);
    await closed;
  });
});
