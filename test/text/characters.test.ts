import { expect } from 'chai';
import { hasControls, isInvisible, withoutReordering } from '../../acl/text/characters.ts';

describe('A text of which nothing is seen', () => {
  for (const [what, text] of Object.entries({
    nothing: '',
    'white space of every kind':
      ' \t\n\r\v\f\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000',
    'zero-width characters': '\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e',
    'reading direction': '\u061c\u200e\u200f\u202a\u202e\u202c\u2066\u2069',
    'Hangul fillers': '\u115f\u1160\u3164\uffa0',
    'an empty Braille pattern': '\u2800',
    'variation selectors and tags': '\ufe0f\u{e0100}\u{e0001}\u{e0041}',
    'controls of music, annotations and shorthand': '\u{1d159}\u{1d173}\ufff9\ufffb\u{1bca0}',
    controls: '\u0000\u0007\u001b\u007f\u009f',
    'invisible operators': '\u2061\u2062\u2063\u2064\u206a\u206f',
  }))
    it(`may consist of ${what}`, () => {
      expect(isInvisible(text)).to.equal(true);
    });

  it('has no letter, sign, emoji, lone accent or symbol of a private font', () => {
    for (const text of [
      'a',
      '.',
      ' - ',
      '☺️',
      '👩‍👩‍👧',
      '\u0301',
      '\uf8ff',
      '\u200b1',
      '\ufffc',
      'ー',
    ])
      expect(isInvisible(text), text).to.equal(false);
  });
});

describe('The controls of a name', () => {
  it('that reorder text are removed, and joiners and marks of direction are kept', () => {
    expect(withoutReordering('\u202ea\u2066b\u2069\u202c')).to.equal('ab');
    for (const name of ['می\u200cخواهم', 'क्\u200dष', '👩\u200d🚀', 'C++\u200f', '\u061cب'])
      expect(withoutReordering(name)).to.equal(name);
  });

  it('are those of C0, C1, and ends of lines', () => {
    for (const text of ['\u0000', 'a\nb', '\u007f', '\u0085', '\u009f', '\u2028', '\u2029'])
      expect(hasControls(text)).to.equal(true);
    for (const text of ['', ' ', '\u00a0', '\u200d', 'é'])
      expect(hasControls(text)).to.equal(false);
  });
});
