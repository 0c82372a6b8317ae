import { expect } from 'chai';
import { networkOf, parseAddress } from '../../service/limits/addresses.ts';

describe('A client address', () => {
  const forms: readonly [text: string, address: string | undefined][] = [
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4:8080', '1.2.3.4'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['[::ffff:1.2.3.4]:80', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:C0A8:0001', '192.168.0.1'],
    ['', undefined],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['1.2.3', undefined],
    ['1.2.3.4:port', undefined],
    ['[1.2.3.4]:80', undefined],
    ['[2001:db8::1', undefined],
    ['2001:db8::1]:80', undefined],
    ['[2001:db8::1]80', undefined],
    ['example.com:80', undefined],
    ['1.2.3.4, 5.6.7.8', undefined],
  ];
  for (const [text, address] of forms)
    it(`${text || '(empty)'} is ${address ?? 'not an address'}`, () => {
      expect(parseAddress(text)).to.equal(address);
    });

  it('is counted alone with IPv4, also in its IPv6 form', () => {
    expect(networkOf('1.2.3.4')).to.equal('1.2.3.4');
    expect(networkOf('::ffff:1.2.3.4')).to.equal('1.2.3.4');
    expect(networkOf('1.2.3.5')).to.equal('1.2.3.5');
  });

  it('is counted by its /64 with IPv6', () => {
    const network = networkOf('2001:db8:1:2::1');
    expect(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff')).to.equal(network);
    expect(networkOf('2001:0DB8:0001:0002:3::')).to.equal(network);
    expect(networkOf('2001:db8:1:3::1')).not.to.equal(network);
    expect(networkOf('2001:db8::1')).to.equal(networkOf('2001:db8:0:0:9::'));
    expect(networkOf('::1')).to.equal('0:0:0:0::/64');
  });

  it('that is unknown is counted as it is', () => {
    expect(networkOf('')).to.equal('');
  });
});
