import { createSubject } from '../../client/store/observable.ts';
import { keep, recall } from '../kept.ts';

export const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** What the member chose; `system` follows the browser. */
export const theme = createSubject<Theme>('system');

const dark = matchMedia('(prefers-color-scheme: dark)');

function show(): void {
  const chosen = theme.getSnapshot();
  const shown = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen;
  document.documentElement.dataset.theme = shown;
}

/** Shows the theme that was chosen in this browser. */
export function openTheme(): void {
  const kept = recall('theme');
  theme.set(themes.find((one) => one === kept) ?? 'system');
  dark.addEventListener('change', show);
  theme.subscribe(show);
  show();
}

/** Shows a theme, and remembers it in this browser. */
export function chooseTheme(chosen: Theme): void {
  keep('theme', chosen);
  theme.set(chosen);
}
