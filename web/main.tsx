import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { openLanguage } from './i18n/translate.ts';
import { openTheme } from './ui/theme.ts';
import './styles/index.css';

openTheme();
await openLanguage();
createRoot(document.querySelector('#page') as HTMLElement).render(<App />);
