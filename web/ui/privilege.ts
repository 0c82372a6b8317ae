/** The bits of a privilege that the page looks at. */
const bits = { write: 4, delete: 8, admin: 16 } as const;

/** Returns whether a privilege in the hub has the bit. */
export const allows = (privilege: number, bit: keyof typeof bits): boolean =>
  (privilege & bits[bit]) === bits[bit];
