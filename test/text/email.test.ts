import { expect } from 'chai';
import { normalEmail } from '../../acl/text/email.ts';

describe('An e-mail address', () => {
  /** Addresses, and the form in which they are stored and compared. */
  const accepted: Readonly<Record<string, string>> = {
    'ann@example.com': 'ann@example.com',
    ' Ann.Lee@Example.COM\r\n': 'ann.lee@example.com',
    '\u00a0\u3000ann@example.com\u200b\ufeff': 'ann@example.com',
    'r&d@example.com': 'r&d@example.com',
    "o'hara+x=y/{z}|~`!#$%*?^_-@example.com": "o'hara+x=y/{z}|~`!#$%*?^_-@example.com",
    'root@localhost': 'root@localhost',
    'ann@mail-2': 'ann@mail-2',
    'ann@10.0.0.1': 'ann@10.0.0.1',
    'ann@1': 'ann@1',
    'ann@[192.0.2.1]': 'ann@[192.0.2.1]',
    'ann@[IPv6:2001:DB8:0:0::1]': 'ann@[IPv6:2001:db8::1]',
    'ann@xn--e1afmkfd.XN--P1AI': 'ann@xn--e1afmkfd.xn--p1ai',
    'ann@пример.рф': 'ann@xn--e1afmkfd.xn--p1ai',
    'ann@ПРИМЕР.РФ': 'ann@xn--e1afmkfd.xn--p1ai',
    'ann@例え。テスト': 'ann@xn--r8jz45g.xn--zckzah',
    'ann@bu\u0308cher.example': 'ann@xn--bcher-kva.example',
    'ann@straße.example': 'ann@xn--strae-oqa.example',
    'Zoe\u0308@example.com': 'zo\u00eb@example.com',
    'почта@пример.рф': 'почта@xn--e1afmkfd.xn--p1ai',
    '"ann lee"@example.com': '"ann lee"@example.com',
    '"ann"@example.com': 'ann@example.com',
    '"a\\@b"@example.com': '"a@b"@example.com',
  };
  for (const [given, wanted] of Object.entries(accepted))
    it(`may be ${JSON.stringify(given)}`, () => {
      expect(normalEmail(given)).to.equal(wanted);
      expect(normalEmail(wanted)).to.equal(wanted);
    });

  it('is not what SMTP would refuse', () => {
    for (const given of [
      ...['', ' ', '@', 'ann', 'ann@', '@example.com', 'ann@example.com, bob@example.com'],
      ...['ann lee@example.com', 'ann@exa mple.com', 'ann@b@example.com', '<ann@example.com>'],
      ...['.ann@example.com', 'ann.@example.com', 'a..b@example.com', 'a"b@example.com'],
      ...['ann@example..com', 'ann@.com', 'ann@example.com.', 'ann@-example.com'],
      ...['ann@exa_mple.com', 'ann@example.com:25', 'ann@example.com/x', 'ann@ex%61mple.com'],
      ...['ann@[999.0.2.1]', 'ann@[192.0.2.1', 'ann@[IPv6:zz]', 'ann@xn--a', 'ann@\u202eexample'],
      ...[
        'a\u200bnn@example.com',
        'a\u202enn@example.com',
        'a\u0000nn@example.com',
        'a\nb@c.example',
      ],
    ])
      expect(normalEmail(given), JSON.stringify(given)).to.equal(undefined);
  });

  it('has at most 64 octets before the @, 63 in a label, and 254 in all', () => {
    const long = (local: string, ...labels: number[]) =>
      normalEmail(`${local}@${labels.map((length) => 'x'.repeat(length)).join('.')}`);
    expect(long('x'.repeat(64), 63)).to.be.a('string');
    expect(long('x'.repeat(65), 63)).to.equal(undefined);
    expect(long('é'.repeat(32), 63)).to.be.a('string');
    expect(long('é'.repeat(33), 63)).to.equal(undefined);
    expect(long('x', 64)).to.equal(undefined);
    expect(long('x', 63, 63, 63, 60)).to.have.length(254);
    expect(long('x', 63, 63, 63, 61)).to.equal(undefined);
    expect(normalEmail(`a@${' '.repeat(1_000_000)}b`)).to.equal(undefined);
  });
});
