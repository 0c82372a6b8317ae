import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { methods } from '../acl/index.ts';

export interface Metrics {
  contentType: string;
  text(): Promise<string>;
  observeCall(method: string | undefined, status: number, ms: number): void;
  observeEvents(count: number): void;
  socketsChanged(by: 1 | -1): void;
}

/**
 * Creates the metrics for Prometheus. Only declared methods and the routes of gateways become
 * labels, so that clients cannot add labels by calling unknown names.
 */
export function createMetrics(routes: readonly string[] = []): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labels = new Set([...methods.keys(), ...routes]);
  const calls = new Histogram({
    name: 'hubchat_call_seconds',
    help: 'Calls by method and status',
    labelNames: ['method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const events = new Counter({ name: 'hubchat_events_total', help: 'Events published', registers });
  const sockets = new Gauge({ name: 'hubchat_sockets', help: 'Sockets connected', registers });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeCall(method, status, ms) {
      if (method !== undefined && labels.has(method)) calls.observe({ method, status }, ms / 1000);
    },
    observeEvents: (count) => events.inc(count),
    socketsChanged: (by) => sockets.inc(by),
  };
}
