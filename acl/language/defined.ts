type Undefinable<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

/** The same object without the keys whose value is undefined. */
export type Defined<T> = Omit<T, Undefinable<T>> & {
  [K in Undefinable<T>]?: Exclude<T[K], undefined>;
};

/** Returns a copy of `fields` without the keys whose value is undefined. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
