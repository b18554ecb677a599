/** From a destination to the fields of its form, and back. */
import type { Destination } from '../../api.ts'

export interface DestinationValues {
  name: string
  /** Empty: as it is. Addresses are not read back, they can carry passwords. */
  url: string
  limits: { permits: number; seconds: number }[]
  timeoutSec: number
  maxAgeSec: number
  concurrency: number
  retrySecs: string
  action: boolean
  tickers: string
  sides: string[]
  sources: string[]
  strategies: string
  template: string
}

const lines = (list: readonly string[] | undefined) => (list ?? []).join('\n')
const words = (text: string, by: RegExp) =>
  text
    .split(by)
    .map((one) => one.trim())
    .filter((one) => one !== '')

export function valuesOf({ name, settings, filter, template }: Destination): DestinationValues {
  return {
    name,
    url: '',
    limits: settings.limits.map(({ permits, windowMs }) => ({ permits, seconds: windowMs / 1_000 })),
    timeoutSec: settings.timeoutMs / 1_000,
    maxAgeSec: settings.maxAgeMs / 1_000,
    concurrency: settings.concurrency,
    retrySecs: settings.retryDelaysMs.map((ms) => ms / 1_000).join(', '),
    action: settings.action,
    tickers: lines(filter.tickers),
    sides: filter.sides ?? [],
    sources: filter.sources ?? [],
    strategies: lines(filter.strategies),
    template: template ?? '',
  }
}

/** The change to send: an empty part of the filter takes everything. */
export function changeFrom(values: DestinationValues): object {
  const tickers = words(values.tickers.toUpperCase(), /[\s,]+/)
  const strategies = words(values.strategies, /\n/)
  return {
    name: values.name,
    ...(values.url.trim() !== '' && { url: values.url.trim() }),
    template: values.template.trim() === '' ? null : values.template,
    filter: {
      ...(tickers.length > 0 && { tickers }),
      ...(strategies.length > 0 && { strategies }),
      ...(values.sides.length > 0 && { sides: values.sides }),
      ...(values.sources.length > 0 && { sources: values.sources }),
    },
    settings: {
      limits: values.limits.map(({ permits, seconds }) => ({
        permits,
        windowMs: Math.round(seconds * 1_000),
      })),
      timeoutMs: Math.round(values.timeoutSec * 1_000),
      maxAgeMs: Math.round(values.maxAgeSec * 1_000),
      concurrency: values.concurrency,
      retryDelaysMs: words(values.retrySecs, /[\s,]+/).map((one) => Math.round(Number(one) * 1_000)),
      action: values.action,
    },
  }
}
