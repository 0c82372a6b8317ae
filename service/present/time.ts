/** Unix milliseconds as Unix seconds, rounded down. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1000);
