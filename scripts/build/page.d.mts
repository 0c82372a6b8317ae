/** Bundles the page; returns the files to write. */
export function buildPage(): Promise<{ path: string; contents: Uint8Array }[]>;
