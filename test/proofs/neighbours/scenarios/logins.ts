import { createClient } from '../../../../client/index.ts';
import { repeat, type Scenario } from '../scenario.ts';

/** Log-ins of many accounts, side by side. */
export const logins: Scenario = {
  name: 'logins',
  async prepare({ url }) {
    const anybody = createClient({ url, retryForMs: 0 });
    let tries = 0;
    const login = () =>
      anybody.session.login({ email: `user${tries++}@example.com`, password: 'a wrong password' });
    return (signal) => repeat(login, 60, signal);
  },
};
