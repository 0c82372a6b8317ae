import { useObservable } from '../../client/react.ts';
import { chooseLanguage, type Language, language, languages, t } from '../i18n/translate.ts';
import { chooseTheme, theme, themes } from '../ui/theme.ts';
import { useAction } from '../ui/use-action.ts';

/** The theme and the language, which this browser remembers. */
export function Appearance() {
  const chosen = useObservable(theme);
  const locale = useObservable(language);
  const { run, failure } = useAction(chooseLanguage);
  return (
    <div className="form">
      <fieldset>
        <legend>{t('settings.theme')}</legend>
        {themes.map((one) => (
          <label key={one} className="choice-row">
            <input
              type="radio"
              name="theme"
              checked={one === chosen}
              onChange={() => chooseTheme(one)}
            />
            {t(`settings.theme.${one}`)}
          </label>
        ))}
      </fieldset>
      <label>
        {t('settings.language')}
        <select value={locale} onChange={(event) => void run(event.target.value as Language)}>
          {Object.entries(languages).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {failure && (
        <p className="failure" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}
