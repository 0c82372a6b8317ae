import { get, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { app } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { pageIsBuilt } from '../web/world.ts';

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Asks as a browser does, which decodes nothing by itself here. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get(`${app().url}${path}`, { method, headers }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      const { statusCode: status, headers } = response;
      resolve({ status, headers, body: Buffer.concat(parts) });
    }).on('error', reject);
  });

const framesOf = ({ headers }: Answer): string | undefined =>
  /frame-ancestors ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];

/** The addresses of the assets that the page names. */
async function assets(): Promise<string[]> {
  const { body } = await ask('/');
  return [...body.toString().matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
}

describe('The page of the service', () => {
  before(() => pageIsBuilt());

  it('runs its own scripts and styles only, and is asked for again each time', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.match(/^text\/html/);
    expect(headers['cache-control']).to.equal('no-cache');
    const policy = String(headers['content-security-policy']);
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'"])
      expect(policy.split('; ')).to.include(part);
    for (const part of ["require-trusted-types-for 'script'", "base-uri 'none'"])
      expect(policy).to.include(part);
    expect(policy).to.not.match(/unsafe|https?:|\*/);
    expect(headers['referrer-policy']).to.equal('no-referrer');
    expect(headers['x-content-type-options']).to.equal('nosniff');
    expect(body.toString()).to.not.match(/<style|<script(?! type="module" src)| style=| on\w+=/);
  });

  it('is sent in the smallest form that the browser takes', async () => {
    const plain = await ask('/');
    for (const encoding of ['br', 'gzip']) {
      const { headers, body } = await ask('/', { 'accept-encoding': encoding });
      expect(headers['content-encoding']).to.equal(encoding);
      expect(headers.vary).to.include('Accept-Encoding');
      expect(body.length).to.be.lessThan(plain.body.length);
    }
    expect(plain.headers['content-encoding']).to.equal(undefined);
  });

  it('answers 304 to a browser that has it, and HEAD without a body', async () => {
    const { headers } = await ask('/');
    const again = await ask('/', { 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.length]).to.deep.equal([304, 0]);
    const head = await ask('/', {}, 'HEAD');
    expect([head.status, head.body.length]).to.deep.equal([200, 0]);
    expect(head.headers['content-length']).to.equal(headers['content-length']);
  });

  it('has assets that a browser keeps, and no others', async () => {
    const paths = await assets();
    expect(paths.length).to.be.greaterThan(1);
    for (const path of paths) {
      const { status, headers } = await ask(path);
      expect([status, headers['cache-control']]).to.deep.equal([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
    for (const path of [
      '/assets/main-00000000.js',
      '/assets/..%2findex.html',
      '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
      '/assets/',
    ]) {
      const { status, headers } = await ask(path);
      expect([path, status]).to.deep.equal([path, 404]);
      expect(headers['cache-control'], path).to.equal('no-store');
    }
  });

  it('is for GET and HEAD only', async () => {
    const [asset = ''] = await assets();
    for (const path of ['/', asset])
      for (const method of ['POST', 'PUT', 'DELETE'])
        expect((await ask(path, {}, method)).status, `${method} ${path}`).to.be.oneOf([404, 405]);
  });

  it('may be framed by itself and by the pages that its hub allows', async () => {
    const { id, host, operator } = await newHub({ Alice: 7 });
    const other = await newHub({ Bob: 7 });
    const origins = ['https://shop.example.com', 'https://app.example.com:8443'];
    await operator.hub.update({ origins });
    const allowed = `'self' ${origins.join(' ')}`;
    expect(framesOf(await ask('/', { host }))).to.equal(allowed);
    expect(framesOf(await ask(`/?hub_id=${id}&layout=embed&entity=x`))).to.equal(allowed);
    expect(framesOf(await ask('/', { host: other.host }))).to.equal("'self'");
    expect(framesOf(await ask('/', { host: 'nobody.example' }))).to.equal("'none'");
    expect(framesOf(await ask('/?hub_id=unknown', { host }))).to.equal("'none'");
    const twice = await ask(`/?hub_id=${id}&hub_id=${other.id}`);
    expect(framesOf(twice)).to.be.oneOf(["'none'", allowed]);
    const [asset = ''] = await assets();
    expect(framesOf(await ask(asset, { host }))).to.equal("'none'");
  });
});
