import { configurationPage } from '../service/docs/configuration.ts';
import { writePage } from './page.ts';

await writePage('configuration', configurationPage());
