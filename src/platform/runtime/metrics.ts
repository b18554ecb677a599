/** Makes the metrics of one process, named so that `promtool check metrics` has nothing to say. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

const PREFIX = 'signalbox_'
/** Gauges that prom-client names like counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]
/** From a fraction of a millisecond to ten seconds: decisions take microseconds, deliveries seconds. */
const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface MetricSpec<Label extends string> {
  /**
   * Without the prefix, in snake_case, ending in its base unit (`_seconds`, `_bytes`) or `_total` for a
   * counter.
   */
  name: string
  /** One sentence. */
  help: string
  /** Few values each: never a ticker, an address or an id. */
  labels?: readonly Label[]
}

export interface Metrics {
  readonly registry: Registry
  /** Counts what happened; the name ends in `_total`. */
  counter<const Label extends string = never>(spec: MetricSpec<Label>): Counter<Label>
  /** Shows what is; `collect` is asked at each scrape. */
  gauge<const Label extends string = never>(
    spec: MetricSpec<Label>,
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label>
  /** Spreads durations over buckets, in seconds; the name ends in `_seconds`. */
  durations<const Label extends string = never>(
    spec: MetricSpec<Label>,
    buckets?: readonly number[],
  ): Histogram<Label>
  /** The Prometheus exposition text. */
  text(): Promise<string>
}

/**
 * A registry with the metrics of the process in it, and makers that refuse a name Prometheus would frown on.
 */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: PREFIX })
  for (const name of MISNAMED) registry.removeSingleMetric(PREFIX + name)
  return {
    registry,
    counter: (spec) => new Counter(described(registry, spec, /_total$/)),
    gauge: (spec, collect) =>
      new Gauge({
        ...described(registry, spec, /(?<!_(?:total|count|sum|bucket|ms|milliseconds|minutes|kb|mb))$/),
        ...(collect && {
          collect() {
            return collect(this)
          },
        }),
      }),
    durations: (spec, buckets = SECONDS_BUCKETS) =>
      new Histogram({ ...described(registry, spec, /_seconds$/), buckets: [...buckets] }),
    text: () => registry.metrics(),
  }
}

function described<Label extends string>(
  registry: Registry,
  { name, help, labels }: MetricSpec<Label>,
  ending: RegExp,
) {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) || name.startsWith(PREFIX) || !ending.test(name)) {
    throw new Error(`not a metric name of that kind: ${name}`)
  }
  if (help.trim() === '') throw new Error(`the metric ${name} has no help text`)
  return { name: PREFIX + name, help, labelNames: [...(labels ?? [])], registers: [registry] }
}
