import { expect } from 'chai';
import fc from 'fast-check';
import { normalForm, searchForm } from '../../acl/text/normal-form.ts';

/** Every character that a normal form may change, but for the syllables of Hangul. */
const changing = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xac00 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter(
    (one) =>
      /[\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}\p{M}\p{DI}]/u.test(one) ||
      one.normalize('NFKD') !== one,
  );

const codesOf = (text: string): string =>
  [...text].map((one) => one.codePointAt(0)?.toString(16)).join(' ');

describe('The normal form of names', () => {
  const same: Readonly<Record<string, readonly string[]>> = {
    'combining accents': ['Café Central', 'Cafe\u0301 Central', 'CAFE CENTRAL'],
    'marks in another order': ['q\u0307\u0323', 'q\u0323\u0307', 'q'],
    'sharp s': ['Straße', 'STRASSE', 'STRAẞE', 'straſse'],
    'final sigma': ['Σίσυφος', 'ΣΊΣΥΦΟΣ', 'σισυφοσ'],
    'iota below': ['ᾳ', 'ΑΙ', 'αι'],
    'Turkish i': ['İstanbul', 'ISTANBUL', 'ıstanbul', 'istanbul'],
    ligatures: ['ﬁne ﬂow', 'fine flow', 'FINE FLOW'],
    'letters with a stroke': ['Łódź Ørsted Đorđe Ħal', 'lodz orsted dorde hal'],
    'letters of two': ['Æsir Œuvre Ǽ', 'AESIR OEUVRE AE', 'aesir oeuvre ae'],
    width: ['ＡＢＣ１', 'abc1'],
    'half-width katakana': ['ｶﾞﾗｽ', 'ガラス'],
    Hangul: ['한글', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
    Hebrew: ['שָׁלוֹם', 'שלום'],
    Arabic: ['مُحَمَّد', 'محمد'],
    Syriac: ['ܫܠܵܡܵܐ', 'ܫܠܡܐ'],
    'invisible characters': ['a\u200bb\u00ad\u2060c\ufeff', 'abc'],
    'reading direction': ['\u202eabc\u202c\u200f', 'abc'],
    'variation selectors': ['\u2764\ufe0f', '\u2764'],
    'Hangul fillers': ['\u3164a\uffa0\u115f', 'a'],
    'spaces of other widths': ['a\u00a0b\u3000c', 'a b c'],
    Georgian: ['თბილისი', 'ᲗᲑᲘᲚᲘᲡᲘ'],
    Cherokee: ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
    Deseret: ['𐐀', '𐐨'],
    'compatible characters': ['Ⅷ ㎏ ²', 'viii kg 2'],
  };
  for (const [what, spellings] of Object.entries(same))
    it(`is one for ${what}`, () => {
      expect(new Set(spellings.map(normalForm)).size, spellings.map(normalForm).join()).to.equal(1);
    });

  const different: Readonly<Record<string, readonly string[]>> = {
    'Thai vowels and tones': ['ที่', 'ที', 'ท'],
    'Devanagari vowels': ['नी', 'नि', 'न'],
    'Tamil vowels': ['கி', 'கீ', 'க'],
    'voiced kana': ['か', 'が'],
    'half-voiced kana': ['ハ', 'バ', 'パ'],
    'hiragana and katakana': ['か', 'カ'],
    'parts of a Hangul syllable': ['하', '한'],
    'spaces and none': ['a b', 'ab'],
    'letters that only look alike': ['a', 'а', 'α'],
    'eth and d': ['ð', 'd'],
  };
  for (const [what, texts] of Object.entries(different))
    it(`is another for ${what}`, () => {
      expect(new Set(texts.map(normalForm)).size).to.equal(texts.length);
    });

  it('of the search reads katakana as hiragana', () => {
    for (const [name, hiragana] of [
      ['カタカナ', 'かたかな'],
      ['ｶﾞﾗｽ', 'がらす'],
      ['パーティー', 'ぱーてぃー'],
      ['ヴ', 'ゔ'],
      ['カヽガヾ', 'かゝがゞ'],
    ])
      expect(searchForm(name ?? '')).to.equal(hiragana);
    expect(searchForm('が')).to.not.equal(searchForm('カ'));
  });

  it('of a normal form is the same', () => {
    const changed = changing.filter(
      (one) =>
        normalForm(normalForm(one)) !== normalForm(one) ||
        searchForm(searchForm(one)) !== searchForm(one),
    );
    expect(changed.map(codesOf)).to.deep.equal([]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(normalForm(normalForm(text))).to.equal(normalForm(text));
        expect(searchForm(normalForm(text))).to.equal(searchForm(text));
      }),
    );
  });

  it('does not depend on how a name is composed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
          expect(normalForm(text.normalize(form))).to.equal(normalForm(text));
      }),
    );
  });

  it('folds case as Unicode does', () => {
    // What the form changes beside the case of a character, and Cherokee, where it is the other.
    const others = /[\p{M}\p{DI}\p{Script=Cherokee}øđłħıæœ]/u;
    const wrong = changing.filter((one) => {
      const form = normalForm(one);
      if (normalForm(one.toLowerCase()) !== form || normalForm(one.toUpperCase()) !== form)
        return true;
      if (others.test(one.normalize('NFD')) || one.normalize('NFKC') !== one) return false;
      return /\p{Changes_When_Casefolded}/u.test(one) === (form === one);
    });
    expect(wrong.map(codesOf)).to.deep.equal([]);
    const unfolded = changing.filter((one) =>
      /(?!\p{Script=Cherokee})\p{Changes_When_Casefolded}/u.test(normalForm(one)),
    );
    expect(unfolded.map(codesOf)).to.deep.equal([]);
  });
});
