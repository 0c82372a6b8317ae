/** The cookie that session.login sets and that carries the session's token. */
export const cookieName = 'regsid';
