/** A place signals go: what it takes, how fast, how long, and how it is signed. */
import type { Side, Signal } from '../signal.ts'
import { defaultBody, renderTemplate } from '../template.ts'
import type { LimitWindow, SigningSecret } from '../../platform/runtime/index.ts'

/** Which signals a destination takes; an absent part takes everything. */
export interface DestinationFilter {
  tickers?: string[]
  sides?: Side[]
  sources?: string[]
  strategies?: string[]
}

export interface DestinationSettings {
  /** All must pass; empty = no limit. */
  limits: LimitWindow[]
  /** Requests at once, per process. */
  concurrency: number
  timeoutMs: number
  /** From receipt; past it a delivery is `expired`, not sent. */
  maxAgeMs: number
  retryDelaysMs: number[]
  /** Also write TradersPost's `action` into the default body. */
  action: boolean
}

export type DestinationState = 'active' | 'paused' | 'disabled'

export interface Destination {
  id: string
  name: string
  kind: 'webhook' | 'inbox'
  origin: 'environment' | 'api' | 'demo'
  url: string
  /** The address as people may see it: path and query can carry passwords. */
  urlShown: string
  state: DestinationState
  stateReason?: string
  filter: DestinationFilter
  template?: string
  settings: DestinationSettings
  secrets: SigningSecret[]
  createdAtMs: number
  updatedAtMs: number
  version: number
}

export const DEFAULT_RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000]

/** Addresses set by the operator's own environment may be private; those set over the API may not. */
export function isTrusted(destination: Pick<Destination, 'origin'>): boolean {
  return destination.origin !== 'api'
}

/** How long an old secret still signs after a rotation. */
export const OVERLAP_MS = 24 * 3_600_000
const SECRETS_MAX = 4

/** A new secret signs first; those before it sign along until their overlap is over. */
export function rotateSecrets(old: readonly SigningSecret[], secret: string, nowMs: number): SigningSecret[] {
  const endMs = nowMs + OVERLAP_MS
  const ending = old.map((one) => ({ ...one, expiresAtMs: Math.min(one.expiresAtMs ?? endMs, endMs) }))
  return [{ secret }, ...ending.filter((one) => one.expiresAtMs > nowMs)].slice(0, SECRETS_MAX)
}

/** Whether a destination takes a signal. Paused ones still take (and keep) signals; disabled ones do not. */
export function takes(destination: Destination, signal: Signal): boolean {
  const { filter } = destination
  return (
    destination.state !== 'disabled' &&
    (filter.tickers === undefined || filter.tickers.includes(signal.ticker)) &&
    (filter.sides === undefined || filter.sides.includes(signal.side)) &&
    (filter.sources === undefined || filter.sources.includes(signal.source)) &&
    (filter.strategies === undefined ||
      (signal.strategy !== undefined && filter.strategies.includes(signal.strategy)))
  )
}

/** The bytes that every attempt of this delivery will send. */
export function bodyFor(destination: Destination, signal: Signal): string {
  return destination.template === undefined
    ? defaultBody(signal, { action: destination.settings.action })
    : renderTemplate(destination.template, signal)
}

/** `https://host/first…`: enough to recognise an address, not enough to use it. */
export function showUrl(text: string): string {
  const url = new URL(text)
  const path =
    url.pathname.length > 1 ? `${url.pathname.slice(0, 9)}${url.pathname.length > 9 ? '…' : ''}` : ''
  return `${url.protocol}//${url.host}${path}`
}

/** The `webhook-id` of a delivery: the same over all its attempts, replays included. */
export function webhookIdOf(signalId: string, destinationId: string): string {
  return `msg_${signalId.replaceAll('-', '')}_${destinationId.replaceAll('-', '').slice(-12)}`
}
