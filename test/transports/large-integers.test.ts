import { expect } from 'chai';
import { LargeInteger, parseExactly } from '../../acl/language/numbers.ts';
import { newApplication } from '../support/braincloud.ts';
import { position } from '../support/events.ts';
import { newHub } from '../support/hub.ts';
import { bearer, call } from '../support/request.ts';
import { dispatch, sessionOf } from '../support/s2s.ts';

/** Integers that a double does not keep, or that are written differently when it is sent back. */
const rounded = ['9007199254740993', '-9007199254740993', '9223372036854775807', '1'.repeat(400)];
/** Numbers that come back as they were, or as a double always does. */
const kept = ['9007199254740991', '-9007199254740991', '0', '-1', '1.5', '1e21', '0.1234567890123'];

const large = 'is an integer beyond ±9007199254740991; send it as a string';

describe('Integers of more than 53 bits', () => {
  it('are found among strings, fractions and exponents', () => {
    const parsed = parseExactly(
      '{"a":9223372036854775807,"b":["9223372036854775807",-9223372036854775808],' +
        '"c":0.12345678901234567890,"d":1e0000000000000000001,"e":12345678901234567890.5,' +
        '"f\\"9223372036854775807":1234567890123456,"g\\\\":1234567890123456789}',
    );
    expect(parsed).to.deep.equal({
      a: new LargeInteger('9223372036854775807'),
      b: ['9223372036854775807', new LargeInteger('-9223372036854775808')],
      c: 0.12345678901234568,
      d: 10,
      e: 12345678901234567000,
      'f"9223372036854775807': 1234567890123456,
      'g\\': new LargeInteger('1234567890123456789'),
    });
    for (const text of ['{9223372036854775807:1}', '01234567890123456789', '1234567890123456789.'])
      expect(() => parseExactly(text), text).to.throw(SyntaxError);
  });

  it('are refused in every rich content, with their path', async () => {
    const { id, members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { channel_id } = await operator.channel.create({ type: 'gl', sub_id: 'lobby' });
    const { message_id } = await alice.channel.post({ channel_id, content: { text: 'Hi' } });
    const mail = await operator.messaging.sys_send({
      to_ids: [alice.id],
      from: { name: 'Shop' },
      text: 'Hi',
    });
    const seq = await position(alice);
    const send = async (method: string, params: object, number: string, token = alice.token) => {
      const body = JSON.stringify(params).replace('"#"', number);
      const headers = { ...bearer({ token }), 'x-hub-id': id };
      return (await call(method, { headers, body })).body;
    };
    const content = { text: 'Hi', deep: [{ score: '#' }] };
    const cases: [method: string, params: object, parameter: string][] = [
      ['channel.post', { channel_id, content }, 'content.deep.0.score'],
      ['channel.post', { channel_id, content, record: 0 }, 'content.deep.0.score'],
      ['channel.update_message', { channel_id, message_id, content }, 'content.deep.0.score'],
      ['messaging.send', { to_ids: [bob.id], content }, 'content.deep.0.score'],
      ['messaging.page', { criteria: { 'content.n': { $gt: '#' } } }, 'criteria.content.n.$gt'],
    ];
    for (const [method, params, parameter] of cases) {
      for (const number of rounded)
        expect(await send(method, params, number), `${method} ${number}`).to.deep.include({
          error: 'INVALID_INPUT',
          details: [`${parameter}: ${large}`],
        });
      expect(await send(method, params, '1e999'), method).to.deep.include({
        error: 'INVALID_INPUT',
        details: [`${parameter}: is a larger number than can be kept; send it as a string`],
      });
    }
    expect(await position(alice), 'nothing is kept').to.equal(seq);
    expect(mail.message_id).to.be.a('string');
    for (const number of kept) {
      const { data } = await send('channel.post', { channel_id, content }, number);
      const found = await bob.channel.get_message({ channel_id, message_id: data.message_id });
      const expected = { text: 'Hi', deep: [{ score: JSON.parse(number) }] };
      expect(found.content, number).to.deep.equal(expected);
    }
  });

  it('are refused where numbers are expected, and harm nobody where nothing is', async () => {
    const { id, members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const headers = { ...bearer(alice), 'x-hub-id': id };
    const send = (method: string, body: string) => call(method, { headers, body });
    const post = `{"entity_id":"${bob.id}","message":"Hi","device_id":9223372036854775807,
      "echoId":9223372036854775807,"more":{"id":[-9223372036854775808]}}`;
    expect((await send('chat.post', post)).body.data.echoId).to.equal('9223372036854775807');
    for (const [method, name] of [
      ['chat.sync', 'since'],
      ['chat.chat_rooms', 'page'],
      ['chat.post', 'message'],
    ] as const) {
      const { status, body } = await send(method, `{"${name}":9223372036854775807}`);
      expect([status, body.error], method).to.deep.equal([400, 'INVALID_INPUT']);
      expect(body.details.join(), method).to.contain(`${name}: `).and.not.contain('LargeInteger');
    }
  });

  it('are refused in brainCloud’s messages, events and searches', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const to = { toId: ann.profileId, eventType: 't' };
    let packetId = 0;
    const send = async (service: string, operation: string, data: object) => {
      packetId += 1;
      const { appId: gameId } = application;
      const messages = [{ service, operation, data }];
      const packet = { gameId, packetId, sessionId: ann.sessionId, messages };
      const text = JSON.stringify(packet).replace('"#"', '9223372036854775807');
      return (await dispatch(application, text)).body.responses[0];
    };
    const context = { searchCriteria: { 'message.content.n': '#' } };
    const contentJson = { n: '#' };
    const cases: [service: string, operation: string, data: object, parameter: string][] = [
      ['chat', 'POST_CHAT_MESSAGE', { channelId, content: { n: '#' } }, 'content.n'],
      ['messaging', 'SEND_MESSAGE', { toProfileIds: [ann.profileId], contentJson }, 'contentJson'],
      ['messaging', 'GET_MESSAGES_PAGE', { context }, 'context.searchCriteria'],
      ['event', 'SEND', { ...to, eventData: { n: ['#'] } }, 'eventData.n.0'],
    ];
    await ann.call('chat', 'CHANNEL_CONNECT', { channelId, maxReturn: 0 });
    packetId = 1;
    for (const [service, operation, data, parameter] of cases) {
      const response = await send(service, operation, data);
      expect(response, operation).to.include({ status: 400, reason_code: 40660 });
      expect(response.status_message, operation).to.contain(parameter).and.contain(large);
    }
    const loose = { channelId, content: { text: 'Hi' }, other: '#' };
    expect((await send('chat', 'POST_CHAT_MESSAGE', loose)).status).to.equal(200);
  });
});
