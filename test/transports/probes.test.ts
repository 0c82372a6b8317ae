import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { methods } from '../../acl/index.ts';
import { paths } from '../../acl/paths.ts';
import { ownApp } from '../support/app.ts';
import { call, outcome, request } from '../support/request.ts';
import { type Wire, wireToDatabase } from '../support/wire.ts';

describe('Probes', () => {
  it('report liveness, readiness and metrics', async () => {
    const get = (path: string) => request(path, { verb: 'GET' });
    expect((await get('/-/healthz')).body).to.deep.equal({ status: 'ok' });
    expect((await get('/-/readyz')).body).to.deep.equal({ status: 'ready' });
    const metrics = await get('/-/metrics');
    expect(metrics.headers['content-type']).to.contain('text/plain');
    expect(metrics.text)
      .to.match(/^# HELP /m)
      .and.match(/^# TYPE /m);
    expect((await request('/-/healthz', { verb: 'HEAD' })).status).to.equal(200);
  });

  it('count calls without using names from callers', async () => {
    await call(`made.up${process.pid}`);
    expect((await request('/-/metrics', { verb: 'GET' })).text).to.not.contain(
      `made.up${process.pid}`,
    );
  });

  for (const [what, breakIt] of [
    ['gone', (wire: Wire) => wire.cut()],
    ['silent', (wire: Wire) => wire.freeze()],
  ] as const)
    it(`report within three seconds as not ready when the database is ${what}`, async () => {
      await using wire = await wireToDatabase();
      const own = await ownApp({}, undefined, wire.address);
      const ready = () => request('/-/readyz', { verb: 'GET' }, own.url);
      expect((await ready()).status).to.equal(200);
      breakIt(wire);
      const started = performance.now();
      expect(outcome(await ready())).to.deep.equal([503, 'UNAVAILABLE']);
      expect(performance.now() - started).to.be.below(3000);
      expect((await request('/-/healthz', { verb: 'GET' }, own.url)).status).to.equal(200);
      wire.cut();
      await own.close().catch(() => {});
    });

  it('cost little more for a hundred requests at once than for one', async () => {
    await using own = await ownApp();
    let statements = 0;
    const { roundTrips } = own.pool;
    const ask = roundTrips.ask.bind(roundTrips);
    // A slow database: while it thinks, most of the requests arrive.
    roundTrips.ask = async (...args) => {
      statements += 1;
      await sleep(300);
      return ask(...args);
    };
    const flood = (path: string, length = 100) =>
      Promise.all(Array.from({ length }, () => request(path, { verb: 'GET' }, own.url)));
    for (const reply of await flood('/-/readyz')) expect(reply.status).to.equal(200);
    expect(statements).to.be.below(50);
    const texts = new Set((await flood('/-/metrics')).map(({ text }) => text));
    expect(texts.size).to.be.below(20);
    for (const path of ['/-/openapi.json', '/-/docs'])
      expect(new Set((await flood(path, 3)).map(({ text }) => text)).size).to.equal(1);
  });

  it('describe every method, as OpenAPI and as a page', async () => {
    const { body } = await request('/-/openapi.json', { verb: 'GET' });
    expect(body.openapi).to.match(/^3\.1/);
    expect(Object.keys(body.paths)).to.have.members([
      ...[...methods.keys()].map((name) => `/-/svc/${name}`),
      ...Object.keys(paths),
    ]);
    const page = await request('/-/docs', { verb: 'GET' });
    expect(page.headers['content-type']).to.contain('text/html');
    for (const name of methods.keys()) expect(page.text).to.contain(name);
    const home = await request('/', { verb: 'GET' });
    expect(home.status).to.be.below(400);
  });
});
