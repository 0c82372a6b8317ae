import http from 'node:http';

/**
 * The part of a browser's XMLHttpRequest that uploads use, over real HTTP. It sends a chunk each
 * time the one before has left, and reports the progress of each.
 */
export class XMLHttpRequest {
  status = 0;
  responseText = '';
  onloadend = (): void => {};
  readonly upload = { onprogress: (_progress: { loaded: number; total: number }): void => {} };
  #url = '';
  #method = '';
  readonly #headers: Record<string, string> = {};
  #response: http.IncomingMessage | undefined;
  #request: http.ClientRequest | undefined;
  #isOver = false;

  open(method: string, url: string): void {
    [this.#method, this.#url] = [method, url];
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  getResponseHeader(name: string): string | null {
    return [this.#response?.headers[name.toLowerCase()]].flat().join(', ') || null;
  }

  abort(): void {
    this.#end(0);
    this.#request?.destroy();
  }

  send(body: FormData): void {
    void this.#send(body).catch(() => this.#end(0));
  }

  async #send(form: FormData): Promise<void> {
    const encoded = new Response(form);
    const body = Buffer.from(await encoded.arrayBuffer());
    if (this.#isOver) return;
    const headers = {
      ...this.#headers,
      'content-type': encoded.headers.get('content-type') ?? '',
      'content-length': body.length,
    };
    const request = http.request(this.#url, { method: this.#method, headers, agent: false });
    this.#request = request;
    request.on('error', () => this.#end(0));
    request.on('response', (response) => {
      this.#response = response;
      response.setEncoding('utf8').on('data', (text: string) => {
        this.responseText += text;
      });
      response.on('end', () => this.#end(response.statusCode ?? 0));
      response.on('close', () => this.#end(0));
    });
    const chunk = 32 * 1024;
    for (let loaded = 0; loaded < body.length && !this.#isOver; ) {
      const part = body.subarray(loaded, loaded + chunk);
      await new Promise((resolve) => request.write(part, resolve));
      loaded += part.length;
      if (!this.#isOver) this.upload.onprogress({ loaded, total: body.length });
    }
    request.end();
  }

  #end(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.status = status;
    this.onloadend();
  }
}
