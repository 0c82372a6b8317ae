/** Writes a file unless it has these contents. */
export function write(path: string, contents: Uint8Array): Promise<void>;
