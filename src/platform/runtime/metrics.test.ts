import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

const promtool = spawnSync('promtool', ['--version']).status === 0

function filled() {
  const metrics = createMetrics()
  const received = metrics.counter({
    name: 'signals_received_total',
    help: 'Signals received.',
    labels: ['source'],
  })
  received.inc({ source: 'webhook' }, 3)
  metrics.gauge({ name: 'queue_size', help: 'Deliveries waiting.' }, (gauge) => gauge.set(7))
  metrics.durations({ name: 'decision_seconds', help: 'Time to decide.' }).observe(0.002)
  return metrics
}

describe('createMetrics', () => {
  it('writes what was counted under the prefix, beside the metrics of the process', async () => {
    const text = await filled().text()
    expect(text).toContain('signalbox_signals_received_total{source="webhook"} 3\n')
    expect(text).toContain('signalbox_queue_size 7\n')
    expect(text).toContain('signalbox_decision_seconds_bucket{le="0.0025"} 1\n')
    expect(text).toContain('signalbox_process_resident_memory_bytes ')
    expect(text.match(/^signalbox_/gm)!.length).toBe(text.match(/^[a-z]/gm)!.length)
  })

  it('keeps two registries apart', async () => {
    filled()
    expect(await createMetrics().text()).not.toContain('signals_received_total')
  })

  it.skipIf(!promtool)('gives promtool nothing to say (skipped without promtool)', async () => {
    const said = (input: string) => {
      const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      })
      return { said: stdout + stderr, status }
    }
    expect(said(await filled().text())).toEqual({ said: '', status: 0 })
    expect(said('# HELP a_total x\n# TYPE a_total gauge\na_total 1\n').status).not.toBe(0)
  })

  it.each([
    { kind: 'counter', name: 'signals_received' },
    { kind: 'counter', name: 'Signals_total' },
    { kind: 'counter', name: 'signalbox_signals_total' },
    { kind: 'gauge', name: 'queue_total' },
    { kind: 'gauge', name: 'lag_ms' },
    { kind: 'durations', name: 'decision_ms' },
    { kind: 'durations', name: 'decision' },
  ] as const)('refuses $name as the name of a $kind', ({ kind, name }) => {
    expect(() => createMetrics()[kind]({ name, help: 'Something.' })).toThrow(
      `not a metric name of that kind: ${name}`,
    )
  })

  it('refuses a metric without help', () => {
    expect(() => createMetrics().gauge({ name: 'queue_size', help: ' ' })).toThrow('no help text')
  })
})
