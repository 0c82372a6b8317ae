import type { Handlers } from '../../core/call.ts';
import { appLogin } from './app_login.ts';
import { exchange } from './exchange.ts';
import { issue } from './issue.ts';
import { list } from './list.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { renew } from './renew.ts';
import { revoke } from './revoke.ts';
import { whoami } from './whoami.ts';

export const session: Handlers<'session'> = {
  app_login: appLogin,
  exchange,
  issue,
  list,
  login,
  logout,
  renew,
  revoke,
  whoami,
};
