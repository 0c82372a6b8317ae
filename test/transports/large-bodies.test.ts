import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { maxMembers, maxValues, measureJson, parseJson } from '../../acl/language/json.ts';
import { createBodies } from '../../service/limits/bodies.ts';
import { ownApp } from '../support/app.ts';
import { newApplication } from '../support/braincloud.ts';
import { people, rest } from '../support/genesys.ts';
import { type Member, newHub } from '../support/hub.ts';
import { bearer, call } from '../support/request.ts';
import { dispatch, postTo, sessionOf } from '../support/s2s.ts';
import { eventually } from '../support/wait.ts';

const mebibyte = 1024 * 1024;

/** Texts with more values than allowed, in little more than 100,000 bytes. */
const wide: Readonly<Record<string, string>> = {
  numbers: `[${'1,'.repeat(maxValues)}1]`,
  'empty arrays': `[${'[],'.repeat(maxValues)}1]`,
  'empty objects': `[${'{},'.repeat(maxValues)}1]`,
  keys: `{${Array.from({ length: maxMembers + 1 }, (_, n) => `"${n}":1`).join(',')}}`,
  'nested pairs': `[${'[[1,2],[3,4]],'.repeat(maxValues / 4)}1]`,
  'lone surrogates': `[${'"\\ud800",'.repeat(maxValues)}1]`,
};

const headersOf = (member: Member) => ({ ...bearer(member), 'x-hub-id': member.hubId });

describe('The values of a JSON text', () => {
  it('are counted outside strings only, whatever the strings contain', () => {
    const extents = {
      '{}': { values: 1, members: 0, levels: 1 },
      '{"a":[1,2,{"b":3}],"c":4}': { values: 6, members: 3, levels: 3 },
      '["[[[,,:,","\\"[,","\\\\",["x"]]': { values: 5, members: 0, levels: 2 },
      '"[,': { values: 0, members: 0, levels: 0 },
      '"\\': { values: 0, members: 0, levels: 0 },
      ']]][': { values: 1, members: 0, levels: 0 },
    };
    for (const [text, extent] of Object.entries(extents))
      expect(measureJson(Buffer.from(text)), text).to.deep.equal(extent);
  });

  it('are read up to 50,000, in strings of any length', () => {
    const most = `[${'1,'.repeat(maxValues - 1)}1]`;
    expect(parseJson(Buffer.from(most))).to.have.lengthOf(maxValues);
    const long = JSON.stringify([',[{'.repeat(300_000)]);
    expect(parseJson(Buffer.from(long))).to.have.lengthOf(1);
  });
});

describe('JSON with too many values is an error of the client', () => {
  it('at a method, in a known parameter, an unknown one, and beside them', async () => {
    const { members } = await newHub({ alice: 63 });
    const headers = headersOf(members.alice);
    for (const [name, text] of Object.entries(wide))
      for (const body of [`{"user_ids":${text}}`, `{"unknown":${text}}`]) {
        const { status, body: reply } = await call('chat.count_all', { headers, body });
        expect([status, reply.error, reply.details], name).to.deep.equal([
          ...[400, 'INVALID_INPUT'],
          ['body: has more than 50000 values or 10000 members of objects'],
        ]);
      }
  });

  it('at a method with more than 1,000 parameters, and names few of those it refuses', async () => {
    const { members } = await newHub({ alice: 63 });
    const headers = headersOf(members.alice);
    const send = (count: number) => {
      const unknown = Array.from({ length: count }, (_, n) => [`unknown${n}`, n]);
      return call('hub.members', { headers, body: JSON.stringify(Object.fromEntries(unknown)) });
    };
    const refused = await send(1001);
    expect(refused.body.details).to.deep.equal(['body: has more than 1000 parameters']);
    const { status, body } = await send(1000);
    expect([status, body.error]).to.deep.equal([400, 'INVALID_INPUT']);
    expect(body.details[0]).to.contain('unknown19').and.not.contain('unknown20');
  });

  it('at Genesys', async () => {
    const { alice, bob } = await people({ alice: 31, bob: 7 });
    const body = `{"message":"Hi","unknown":${wide.numbers}}`;
    const path = `/chats/users/${bob.id}/messages`;
    const reply = await rest('POST', path, { token: alice.native.token, body });
    expect([reply.status, reply.body.code]).to.deep.equal([400, 'bad.request']);
  });

  it('at both routes of brainCloud', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const data = { unknown: JSON.parse(wide.numbers ?? '') };
    const messages = [{ service: 'heartbeat', operation: 'READ', data }];
    const packet = { packetId: 50, sessionId: ann.sessionId, messages };
    expect(JSON.stringify((await dispatch(application, packet)).body)).to.contain('50000 values');
    const reply = await postTo(`${application.url}/s2sdispatcher`, JSON.stringify(packet));
    expect(JSON.stringify(reply.body)).to.contain('50000 values');
  });
});

describe('A large body of a known caller', () => {
  it('costs a point for each 16 KiB beyond the first', async () => {
    await using own = await ownApp({ LIMIT_USER_CALLS: '1' });
    const { members } = await newHub({ alice: 7 }, own);
    const headers = headersOf(members.alice);
    const send = async (bytes: number) => {
      const body = JSON.stringify({ unknown: 'x'.repeat(bytes) });
      return (await call('chat.count_all', { headers, body }, own.url)).status;
    };
    // One point of ten, then one and five for the body; of three left the fourth is refused.
    expect(await send(15_000)).to.equal(200);
    expect(await send(90_000)).to.equal(200);
    expect([await send(0), await send(0), await send(0)]).to.deep.equal([200, 200, 200]);
    expect(await send(0)).to.equal(429);
  });

  it('is refused while the caller has 16 MiB under way, and released at its end', async () => {
    await using own = await ownApp();
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const { hostname, port } = new URL(own.url);
    const sockets = Array.from({ length: 16 }, () => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      const { authorization } = bearer(alice);
      const lines = [
        'POST /-/svc/chat.count_all HTTP/1.1',
        'Host: x',
        `Authorization: ${authorization}`,
        'Content-Type: application/json',
        `Content-Length: ${mebibyte}`,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n{`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const status = async (member: Member) =>
      (await call('chat.count_all', { headers: headersOf(member), body: '{}' }, own.url)).status;
    await eventually(async () => (await status(alice)) === 429);
    expect(await status(bob)).to.equal(200);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await status(alice)) === 200);
  });

  it('is parsed in its turn, with other work in between', async () => {
    const bodies = createBodies();
    const order: string[] = [];
    const turn = async (userId: string) => {
      await bodies.turn({ hubId: 'hub', userId }, mebibyte);
      order.push(userId);
    };
    const turns = ['ann', 'ann', 'ann', 'bob'].map(turn);
    const other = new Promise<void>((resolve) => setImmediate(resolve));
    await bodies.turn({ hubId: 'hub', userId: 'ann' }, 1000);
    expect(order).to.deep.equal([]);
    await other;
    expect(order.length).to.be.below(2);
    await Promise.all(turns);
    expect(order.indexOf('bob')).to.be.below(3);
    await bodies.turn({ hubId: '', userId: '' }, mebibyte);
  });
});
