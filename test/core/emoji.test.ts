import { expect } from 'chai';
import { emoji } from '../../acl/language/fields.ts';

/** Escaped where the glyphs look alike. */
const accepted: Record<string, readonly string[]> = {
  plain: ['👍', '😀', '🎉', '🫠', '⌚', '✅'],
  'with a skin tone': ['👍🏽', '👋🏿', '🧑🏻‍🚀', '🧑🏿‍🤝‍🧑🏻'],
  'joined to one': ['👨‍👩‍👧‍👦', '👩‍💻', '🐻‍❄️', '🏳️‍🌈', '❤️‍🔥', '👨🏻‍❤️‍💋‍👨🏿'],
  'a flag': ['🇩🇪', '🇺🇳', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴‍☠️'],
  'a keycap': ['1\u{fe0f}\u{20e3}', '#\u{fe0f}\u{20e3}', '*\u{fe0f}\u{20e3}'],
  'shown as an emoji by its selector': ['\u2764\u{fe0f}', '\u263a\u{fe0f}', '\u00a9\u{fe0f}'],
};
const refused: Record<string, readonly string[]> = {
  nothing: ['', ' ', '\t', '\u{fe0f}', '\u200d', '\u{20e3}'],
  text: ['a', 'OK', ':+1:', ':)', 'é', '漢', '<b>', '\u0000'],
  'a digit or sign alone': ['1', '12', '#', '*', '1\u{fe0f}'],
  'more than one': ['👍👍', '👍👎', '🇩🇪🇫🇷', '👍 👍', '👍\n'],
  'one with something around it': ['x👍', '👍x', ' 👍', '👍\u0000', '\u200d👍', '👍\u200d'],
  'half a flag': ['🇩', '🇩🇩🇩'],
  'a flag of no country': ['🇽🇽'],
  'one shown as text by its selector': ['\u2764\u{fe0e}'],
  'half a character': ['\ud83d', '\udc4d', '\ud83d\ud83d', '👍\ud83d'],
  'a tone on what has none': ['🎉🏽'],
  'a family of what makes none': ['👍‍👍'],
  'too much': ['👍'.repeat(33), `👍${'\u{fe0f}'.repeat(70)}`, '\u200d'.repeat(100_000)],
};

describe('An emoji', () => {
  for (const [what, values] of Object.entries(accepted))
    it(`may be ${what}, stored unchanged`, () => {
      for (const value of values)
        expect(emoji.safeParse(value)).to.deep.equal({ success: true, data: value });
    });

  for (const [what, values] of Object.entries(refused))
    it(`is not ${what}`, () => {
      for (const value of values)
        expect(emoji.safeParse(value).success, JSON.stringify(value)).to.equal(false);
    });

  it('is invalid without its variation selector', () => {
    for (const value of ['\u2764', '\u263a', '\u00a9', '\u2600', '\u{1f3f3}'])
      expect(emoji.parse(value))
        .to.equal(`${value}\u{fe0f}`)
        .and.to.equal(emoji.parse(`${value}\u{fe0f}`));
    expect(emoji.parse('👍')).to.equal('👍');
    expect(emoji.parse('👍\u{fe0f}')).to.equal('👍');
    for (const value of [
      '1\u{fe0f}\u{20e3}',
      '🏳\u{fe0f}\u{200d}🌈',
      '❤\u{fe0f}\u{200d}🔥',
      '🏃\u{200d}♀\u{fe0f}',
    ])
      expect(emoji.parse(value.replaceAll('\u{fe0f}', ''))).to.equal(value);
  });

  it('is a string', () => {
    for (const value of [undefined, null, 7, ['👍'], { emoji: '👍' }])
      expect(emoji.safeParse(value).success).to.equal(false);
  });

  it('fits its column', () => {
    for (const value of Object.values(accepted).flat())
      expect(Buffer.byteLength(value)).to.be.at.most(64);
  });
});
