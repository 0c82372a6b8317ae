import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { ownApp } from '../support/app.ts';
import { openHttp } from '../support/connection.ts';
import { openPolling } from '../support/engine.ts';

const probe = ['GET /-/healthz HTTP/1.1', 'Host: localhost'];

describe('A connection on which nothing happens', () => {
  it('stays longer than the 60 s for which proxies keep theirs', async () => {
    using http = openHttp();
    http.send(probe);
    const { headers } = await http.reply();
    expect(headers.connection).to.equal('keep-alive');
    expect(Number(/^timeout=(\d+)$/.exec(headers['keep-alive'] ?? '')?.[1])).to.be.within(65, 120);
  });

  it('does not delay the stop, whatever it was used for', async () => {
    const own = await ownApp();
    using used = openHttp(own.url);
    used.send(probe);
    await used.reply();
    using upgraded = openHttp(own.url);
    upgraded.send([...probe, 'Connection: Upgrade', 'Upgrade: h2c']);
    await upgraded.reply();
    const { port } = new URL(own.url);
    const unused = connect(Number(port), '127.0.0.1');
    await once(unused, 'connect');
    // A client that polls has its last response only as the service stops.
    const { sid } = await openPolling(own.url);
    using polling = openHttp(own.url);
    polling.send([
      `GET /-/socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1`,
      'Host: localhost',
    ]);
    await (await fetch(`${own.url}/-/healthz`)).text();
    const began = performance.now();
    await own.close();
    expect(performance.now() - began).to.be.below(5000);
    await Promise.all([used.closed, upgraded.closed, polling.closed]);
  });
});
