import { expect } from 'chai';
import { readConfig } from '../../service/config.ts';

const issuer = { JWT_ISSUER: 'https://id.example.com' };
const provision = { JWT_AUTO_PROVISION: '1', JWT_HUB_ID: 'hub', JWT_AUDIENCE: 'chat' };
const secret = { JWT_SECRET: 's'.repeat(32) };

describe('The configuration', () => {
  it('has a default for everything, also for empty variables', () => {
    for (const environment of [{}, { PORT: '', DATABASE_URL: '', JWT_ISSUER: '' }]) {
      const { dataDir, limits, ...config } = readConfig(environment);
      expect(config).to.deep.include({
        port: 3000,
        host: '127.0.0.1',
        databaseUrl: undefined,
        demo: true,
        eventsDays: 30,
      });
      expect(config).to.deep.include({
        trustProxy: false,
        allowedOrigins: [],
        jwt: undefined,
        operatorToken: undefined,
      });
      expect(dataDir).to.equal('./var');
      expect(limits).to.deep.include({
        userCalls: 200,
        hubCalls: 5000,
        sockets: 20,
        anonymousCalls: 50,
      });
      expect(limits).to.deep.include({ files: 100, fileBytes: 26_214_400, filesPerMessage: 20 });
      expect(limits).to.deep.include({ stagedBytes: 2 ** 30, imagePixels: 50_000_000 });
      expect(limits).to.deep.include({ loginsFromAddress: 10, loginsInTotal: 100 });
    }
  });

  it('is read from environment variables', () => {
    const config = readConfig({
      PORT: '0',
      DATABASE_URL: 'mariadb://user:word@db.example.com/hubchat',
      ALLOWED_ORIGINS: ' https://a.example.com,https://b.example.com:8443 ,',
      TRUST_PROXY: '1',
      HUBCHAT_DEMO: '0',
      HUBCHAT_DB_MEMORY: '2048',
      LIMIT_SOCKETS: '0',
      NODE_ENV: 'production',
      ...issuer,
      ...secret,
    });
    expect(config).to.deep.include({
      port: 0,
      databaseUrl: 'mysql://user:word@db.example.com/hubchat',
      allowedOrigins: ['https://a.example.com', 'https://b.example.com:8443'],
      trustProxy: true,
      demo: false,
      embeddedBufferPool: 2048,
      embeddedLog: undefined,
    });
    expect(config.limits.sockets).to.equal(0);
    expect(config.jwt).to.deep.include({ issuer: issuer.JWT_ISSUER, secret: secret.JWT_SECRET });
    expect(config.checked).to.be.below(1);
  });

  const bad: readonly (readonly [name: string, environment: Record<string, string>])[] = [
    ['PORT', { PORT: 'http' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '3000.5' }],
    ['LIMIT_FILE_BYTES', { LIMIT_FILE_BYTES: '25 MiB' }],
    ['LIMIT_FILES_MESSAGE', { LIMIT_FILES_MESSAGE: '101' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://localhost/hubchat' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://user@[nonsense' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://user@localhost/' }],
    ['HUBCHAT_DB_PORT', { HUBCHAT_DB_PORT: 'x' }],
    ['HUBCHAT_DATA_DIR', { HUBCHAT_DATA_DIR: '/srv/chat' }],
    ['LIMIT_USER_CALL', { LIMIT_USER_CALL: '5' }],
    ['JWT_HUB', { JWT_HUB: 'x' }],
    ['HUBCHAT_OPERATOR_TOKEN', { HUBCHAT_OPERATOR_TOKEN: 'x'.repeat(31) }],
    ['HUBCHAT_DEMO', { HUBCHAT_DEMO: 'no' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'yes' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: '*' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://a.example.com,b.example.com' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://a.example.com/page' }],
    ['JWT_ISSUER', { ...issuer }],
    ['JWT_ISSUER', { ...issuer, ...secret, JWT_JWKS_URL: 'https://id.example.com/keys' }],
    // The service keeps passwords and users of applications under these.
    ...['password', 'Password', 'password ', ' braincloud:x', 'braincloud:', 'BrainCloud:1'].map(
      (own) => ['JWT_ISSUER', { JWT_ISSUER: own, ...secret }] as const,
    ),
    ['JWT_AUTO_PROVISION needs JWT_ISSUER', { ...provision }],
    ['JWT_AUTO_PROVISION needs JWT_HUB_ID', { ...issuer, ...secret, ...provision, JWT_HUB_ID: '' }],
    [
      'JWT_AUTO_PROVISION needs JWT_AUDIENCE',
      { ...issuer, ...secret, ...provision, JWT_AUDIENCE: '' },
    ],
    ['JWT_AUTO_PROVISION', { JWT_AUTO_PROVISION: 'yes' }],
    ['JWT_SECRET', { ...issuer, JWT_SECRET: 'short' }],
    ['JWT_JWKS_URL', { ...issuer, JWT_JWKS_URL: 'keys' }],
    ['JWT_PUBLIC_KEY', { ...issuer, JWT_PUBLIC_KEY: 'no key' }],
    ['EVENTS_DAYS', { EVENTS_DAYS: '0' }],
    ['EVENTS_DAYS', { EVENTS_DAYS: 'for ever' }],
    ['LIMIT_USER_CALLS', { LIMIT_USER_CALLS: '-1' }],
    ['LIMIT_HUB_CALLS', { LIMIT_HUB_CALLS: 'many' }],
    ['LIMIT_ANONYMOUS_CALLS', { LIMIT_ANONYMOUS_CALLS: '1e3' }],
    ['LIMIT_SOCKETS', { LIMIT_SOCKETS: '1.5' }],
    ['LIMIT_LOGINS_ACCOUNT', { LIMIT_LOGINS_ACCOUNT: 'x' }],
    ['LIMIT_LOGINS_TOTAL', { LIMIT_LOGINS_TOTAL: ' ' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ];

  it('is read by its former name too', () => {
    expect(readConfig({ LIMIT_LOGINS_ADDRESS: '5' }).limits.loginsInTotal).to.equal(5);
    const both = { LIMIT_LOGINS_ADDRESS: '5', LIMIT_LOGINS_TOTAL: '6' };
    expect(readConfig(both).limits.loginsInTotal).to.equal(6);
  });

  it('is rejected with one sentence that names the bad value', () => {
    for (const [name, environment] of bad) {
      let sentence = '';
      try {
        readConfig(environment);
      } catch (error) {
        sentence = (error as Error).message;
      }
      expect(sentence, JSON.stringify(environment)).to.match(
        new RegExp(`^The environment variable ${name} .+\\.$`),
      );
      expect(sentence).to.not.contain('\n');
    }
  });

  it('may have variables of other programs, and those that Kubernetes sets for a service', () => {
    const others = {
      HUBCHAT_PORT: 'tcp://10.0.0.7:3000',
      HUBCHAT_PORT_3000_TCP_ADDR: '10.0.0.7',
      HUBCHAT_SERVICE_HOST: '10.0.0.7',
      HUBCHAT_SERVICE_PORT_HTTP: '3000',
      LIMITS: 'none',
      LIMIT_OLD: '',
    };
    expect(readConfig(others).port).to.equal(3000);
  });

  it('does not repeat a secret that it rejects', () => {
    for (const name of ['HUBCHAT_OPERATOR_TOKEN', 'JWT_SECRET'])
      expect(() => readConfig({ [name]: 'hunter2' }))
        .to.throw()
        .with.property('message')
        .that.does.not.contain('hunter2');
  });
});
