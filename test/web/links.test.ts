import { expect } from 'chai';
import { partsOf } from '../../web/messages/text/links.ts';

const linksOf = (text: string) => partsOf(text).filter(({ href }) => href !== undefined);

describe('Links in messages', () => {
  it('are of three schemes only', () => {
    for (const [text, href] of [
      ['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
      ['http://example.com', 'http://example.com/'],
      ['example.com', 'https://example.com/'],
      ['someone@example.com', 'mailto:someone@example.com'],
    ] as const)
      expect(linksOf(text), text).to.deep.equal([{ shown: text, href }]);
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://example.com/a',
      'file:///a',
    ])
      for (const { href } of linksOf(text)) expect(href, text).to.match(/^(https?|mailto):/);
  });

  it('are found in a text, of which nothing is lost', () => {
    const text = 'See https://example.com/a, or (www.example.com). Thanks!';
    expect(
      partsOf(text)
        .map(({ shown }) => shown)
        .join(''),
    ).to.equal(text);
    expect(linksOf(text).map(({ shown }) => shown)).to.deep.equal([
      'https://example.com/a',
      'www.example.com',
    ]);
  });

  it('with a host that mixes scripts are shown in ASCII', () => {
    for (const host of ['аpple.com', 'раураl.com', 'аррӏе.com', 'gοοgle.com']) {
      const [link] = linksOf(`https://${host}/login`);
      expect(link?.shown, host).to.match(/^https:\/\/xn--[\w-]+\.com\/login$/);
      expect(link?.shown).to.equal(link?.href);
    }
  });

  it('are none where a name before the host looks like it', () => {
    for (const text of ['https://bank.example@evil.example/', 'http://a:b@evil.example/x'])
      expect(
        linksOf(text).filter(({ href }) => !href?.startsWith('mailto:')),
        text,
      ).to.deep.equal([]);
    expect(linksOf('https://example.com/@name')).to.have.length(1);
  });

  it('with a host of one script, or of East Asia, are shown as written', () => {
    for (const text of ['https://münchen.de/', 'https://例え.jp/', 'https://пример.рф/']) {
      const [link] = linksOf(text);
      expect(link?.shown, text).to.equal(text);
      expect(link?.href, text).to.match(/^https:\/\/xn--/);
    }
    const path = 'https://ja.wikipedia.org/wiki/日本';
    expect(linksOf(path)[0]?.shown).to.equal(path);
  });

  it('with marks that hide or turn letters are shown without them', () => {
    const marks = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;
    for (const mark of ['\u202e', '\u2066', '\u200b', '\u200f']) {
      const links = linksOf(`https://example.com/a${mark}gpj.exe`);
      expect(links).to.have.length(1);
      expect(links[0]?.shown).to.not.match(marks);
    }
  });
});
