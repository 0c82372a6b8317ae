import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { createHeaderReader } from '../../service/http/headers.ts';
import { ownApp } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { call, request } from '../support/request.ts';

const reader = (trustProxy: boolean, warn: (sentence: string) => void = () => {}) =>
  createHeaderReader({ trustProxy, warn });

/** A request from a socket's address with some headers. */
const from = (remoteAddress: string, headers: Record<string, string>) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('The headers of a proxy', () => {
  it('give the address in any form, the last one of several', () => {
    const { addressOf } = reader(true);
    for (const [header, address] of [
      ['192.0.2.7', '192.0.2.7'],
      ['192.0.2.7:4711', '192.0.2.7'],
      ['[2001:db8::7]:4711', '2001:db8::7'],
      ['2001:DB8::7', '2001:db8::7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['10.0.0.1, 192.0.2.7:80', '192.0.2.7'],
      ['unknown', '127.0.0.1'],
      ['', '127.0.0.1'],
    ] as const)
      expect(addressOf(from('::ffff:127.0.0.1', { 'x-forwarded-for': header }))).to.equal(address);
  });

  it('count for nothing without TRUST_PROXY, and are warned of once', () => {
    const warnings: string[] = [];
    const { addressOf, ownOriginOf, hostNameOf } = reader(false, (line) => warnings.push(line));
    const headers = {
      host: 'chat.example:80',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    };
    for (let n = 0; n < 3; n++)
      expect(addressOf(from('::ffff:10.0.0.1', headers))).to.equal('10.0.0.1');
    expect(ownOriginOf(headers)).to.equal('http://chat.example');
    expect(hostNameOf(headers)).to.equal('chat.example');
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('TRUST_PROXY');
  });

  it('are not warned of where they count, or are absent', () => {
    const warnings: string[] = [];
    const warn = (line: string) => warnings.push(line);
    reader(true, warn).addressOf(from('10.0.0.1', { 'x-forwarded-for': '192.0.2.7' }));
    reader(false, warn).addressOf(from('10.0.0.1', {}));
    expect(warnings).to.deep.equal([]);
  });

  it('give host and scheme, the last of several, to every reader alike', () => {
    const { ownOriginOf, hostNameOf, isSecure } = reader(true);
    const headers = {
      host: 'inside:3000',
      'x-forwarded-host': 'evil.example, Chat.Example:8443',
      'x-forwarded-proto': 'http, HTTPS',
    };
    expect(ownOriginOf(headers)).to.equal('https://chat.example:8443');
    expect(hostNameOf(headers)).to.equal('chat.example');
    expect(isSecure(headers)).to.equal(true);
    expect(isSecure({ 'x-forwarded-proto': 'https, http' })).to.equal(false);
    expect(isSecure({ 'x-forwarded-proto': 'wss' })).to.equal(true);
    expect(ownOriginOf({ host: 'inside:3000' })).to.equal('http://inside:3000');
  });

  it('lead to the hub of the last host, and to its limits by the last address', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1', LIMIT_ANONYMOUS_CALLS: '1' });
    const { members, host } = await newHub({ alice: 7 }, own);
    const authorization = `Bearer ${members.alice.token}`;
    const headers = { authorization, 'x-forwarded-host': `other.example, ${host}:443` };
    expect((await call('hub.info', { headers }, own.url)).body.data.hub_id).to.equal(
      members.alice.hubId,
    );
    const guess = (address: string) =>
      call(
        'hub.info',
        { headers: { authorization: 'Bearer guess', 'x-forwarded-for': address } },
        own.url,
      );
    for (let n = 0; n < 10; n++) await guess(`2001:db8::${n}`);
    expect((await guess('[2001:db8::ff]:4711')).status).to.equal(429);
    expect((await guess('2001:db8:0:1::1')).status).to.equal(401);
    const polling = '/-/socket.io/?EIO=4&transport=polling';
    const handshake = (address: string) =>
      request(polling, { verb: 'GET', headers: { 'x-forwarded-for': address } }, own.url);
    for (let n = 0; n < 8; n++) await handshake('2001:db8::1');
    expect((await handshake('2001:db8::1')).status).to.equal(429);
    expect((await handshake('192.0.2.1:80')).status).to.equal(200);
  });
});
