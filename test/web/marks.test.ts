import { expect } from 'chai';
import { plainText } from '../../web/messages/text/marks.ts';

describe('The text of an excerpt', () => {
  it('has no marks of code and bold', () => {
    const plain: Record<string, string> = {
      'Ships **today**, really': 'Ships today, really',
      'Run `npm ci` and **then** `npm start`': 'Run npm ci and then npm start',
      'Look:\n```ts\nconst a = 1;\n```\nRight?': 'Look:\nconst a = 1;\n\nRight?',
      '**`x`**': '**x**',
    };
    for (const [text, expected] of Object.entries(plain))
      expect(plainText(text), text).to.equal(expected);
  });

  it('keeps what only looks like a mark, in code and links too', () => {
    const texts = ['** not closed', '``', '****', 'a * b', '', 'https://example.com/**bold**/'];
    for (const text of texts) expect(plainText(text), text).to.equal(text);
    expect(plainText('`**a**`')).to.equal('**a**');
    expect(plainText('```\n**a** `b`\n```')).to.equal('**a** `b`\n');
  });
});
