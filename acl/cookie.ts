/**
 * The cookie that session.login sets and that carries the session's token. Over https it has a name
 * that browsers let only this very host set, and only over https; the other is not read then.
 */
export const cookieNames = { http: 'regsid', https: '__Host-regsid' } as const;
