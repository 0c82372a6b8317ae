import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Hubchat } from './hubchat.ts';

/** Calls Node's inspector, by the protocol of Chrome's DevTools. */
async function call(socket: WebSocket, method: string, params: object = {}) {
  socket.send(JSON.stringify({ id: 1, method, params }));
  for (;;) {
    const [text] = await once(socket, 'message');
    const { id, result } = JSON.parse(String(text));
    if (id === 1) return result;
  }
}

/** Returns the bytes that a service has in V8's heap and beside it, after a garbage collection. */
export async function memoryOf({ pid, inspectorPort }: Hubchat): Promise<number> {
  // Opens the inspector.
  process.kill(pid, 'SIGUSR1');
  const [target] = await listTargets(inspectorPort);
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  try {
    await call(socket, 'HeapProfiler.collectGarbage');
    const expression = 'JSON.stringify(process.memoryUsage())';
    const { result } = await call(socket, 'Runtime.evaluate', { expression });
    const { heapUsed, external } = JSON.parse(result.value);
    return heapUsed + external;
  } finally {
    socket.close();
  }
}

const openWithinMs = 5000;

async function listTargets(port: number): Promise<{ webSocketDebuggerUrl: string }[]> {
  const deadline = performance.now() + openWithinMs;
  for (;;) {
    const targets = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
    if (targets) return (await targets.json()) as { webSocketDebuggerUrl: string }[];
    if (performance.now() > deadline) throw new Error('the inspector does not open');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
