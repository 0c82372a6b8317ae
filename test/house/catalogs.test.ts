import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { expect } from 'chai';
import { literalTexts, literalTextsOf } from '../../scripts/figures/jsx-texts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const languages = ['en', 'de', 'ja', 'ar'] as const;

type Catalog = Record<string, string>;
const catalogOf = (language: string): Catalog =>
  JSON.parse(readFileSync(join(root, `web/i18n/${language}.json`), 'utf8')) as Catalog;

interface Argument {
  name: string;
  kind: string;
  /** The cases of a plural or select, each with what is in it. */
  cases: Record<string, unknown>;
}

/** Returns the arguments of a compiled ICU message, those inside of plurals included. */
function argumentsOf(compiled: unknown): Argument[] {
  if (!Array.isArray(compiled)) return [];
  return compiled.flatMap((part: unknown) => {
    if (!Array.isArray(part)) return [];
    const [name, kind = 'text', cases = {}] = part as [string, string?, Record<string, unknown>?];
    const inner = typeof cases === 'object' ? Object.values(cases).flatMap(argumentsOf) : [];
    return [{ name, kind, cases: typeof cases === 'object' ? cases : {} }, ...inner];
  });
}

const signatureOf = (message: string): string[] =>
  [
    ...new Set(argumentsOf(compileMessage(message)).map(({ name, kind }) => `${name} ${kind}`)),
  ].sort();

describe('The catalogs of the page', () => {
  const english = catalogOf('en');

  for (const language of languages)
    it(`has all texts in ${language}, in their order, with the same arguments`, () => {
      const catalog = catalogOf(language);
      expect(Object.keys(catalog)).to.deep.equal(Object.keys(english).sort());
      for (const [key, message] of Object.entries(catalog)) {
        expect(message.trim(), key).to.not.equal('');
        expect(signatureOf(message), key).to.deep.equal(signatureOf(english[key] as string));
      }
    });

  for (const language of languages)
    it(`has each plural form of ${language}`, () => {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, message] of Object.entries(catalogOf(language)))
        for (const { kind, cases } of argumentsOf(compileMessage(message)))
          if (kind === 'plural')
            expect(Object.keys(cases), `${language} ${key}`).to.include.members(forms);
    });

  it('are translated: few texts are equal to the English ones', () => {
    const isWord = (text: string): boolean => /[a-z]{4}/i.test(text.replace(/\{[^}]*\}/g, ''));
    for (const language of ['de', 'ja', 'ar']) {
      const catalog = catalogOf(language);
      const keys = Object.keys(english).filter((key) => isWord(english[key] as string));
      const same = keys.filter((key) => catalog[key] === english[key]);
      expect(same.length, `${language}: ${same.join(', ')}`).to.be.lessThan(keys.length / 12);
    }
  });
});

describe('The sources of the page', () => {
  it('hold no text for readers outside of the catalogs', () => {
    expect(literalTexts(root)).to.deep.equal([]);
  });

  it('are searched for such texts', () => {
    const source = `<p title="Hint">Text <b>{'More'}</b>{n}<i className="x">{t('a.b')}</i></p>`;
    expect(literalTextsOf(`export const A = () => ${source};`)).to.deep.equal([
      'Hint',
      'Text',
      'More',
    ]);
  });
});
