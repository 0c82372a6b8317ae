/**
 * Returns the form of a password that is hashed and compared, as OpaqueString of RFC 8265 has it:
 * the same for every keyboard and system on which it is typed. Case and width are part of it. What
 * that profile forbids, such as joiners in emoji, is kept, because people have such passwords.
 */
export const preparedPassword = (typed: string): string =>
  typed.replace(/\p{Zs}/gu, ' ').normalize('NFC');
