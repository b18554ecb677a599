/** The wire schemas of destinations. */
import { z } from 'zod'
import { checkTemplate, TEMPLATE_FIELDS } from '../template.ts'
import { DEFAULT_RETRY_DELAYS_MS, type Destination } from './destination.ts'

const MINUTE_MS = 60_000

const limitWindow = z.object({
  permits: z.int().min(1).max(100_000).describe('requests'),
  windowMs: z.int().min(1_000).max(86_400_000).describe('in any window of this many milliseconds'),
})

const filter = z
  .strictObject({
    tickers: z.array(z.string().max(40)).max(1_000).optional(),
    sides: z.array(z.enum(['buy', 'sell'])).optional(),
    sources: z.array(z.string().max(40)).max(20).optional(),
    strategies: z.array(z.string().max(200)).max(200).optional(),
  })
  .describe('Which signals it takes; an absent part takes everything')

const settings = z.strictObject({
  limits: z.array(limitWindow).max(8).describe('all must pass'),
  concurrency: z.int().min(1).max(256).describe('requests at once, per process'),
  timeoutMs: z.int().min(100).max(30_000),
  maxAgeMs: z
    .int()
    .min(1_000)
    .max(7 * 86_400_000)
    .describe('older than this it expires unsent'),
  retryDelaysMs: z.array(z.int().min(100).max(86_400_000)).max(20),
  action: z.boolean().describe("also write TradersPost's `action`"),
})

/** Of a new destination. A change must not know them: Zod fills defaults in even where a member is optional. */
const { shape } = settings
const settingsDraft = z.strictObject({
  limits: shape.limits.default([{ permits: 60, windowMs: MINUTE_MS }]),
  concurrency: shape.concurrency.default(5),
  timeoutMs: shape.timeoutMs.default(5_000),
  maxAgeMs: shape.maxAgeMs.default(MINUTE_MS),
  retryDelaysMs: shape.retryDelaysMs.default(DEFAULT_RETRY_DELAYS_MS),
  action: shape.action.default(true),
})

const template = z
  .string()
  .superRefine((text, context) => {
    const check = checkTemplate(text)
    if (!check.ok) context.addIssue({ code: 'custom', message: check.message })
  })
  .describe('Body with {{fields}}; without it the default body is sent')

export const destinationDraft = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    url: z.string().max(2_000),
    filter: filter.default({}),
    template: template.optional(),
    settings: settingsDraft.default(settingsDraft.parse({})),
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 bytes')
      .optional()
      .describe('Signing secret; one is made when absent'),
  })
  .meta({ id: 'DestinationDraft' })

export const destinationChange = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    url: z.string().max(2_000),
    filter,
    template: template.nullable(),
    settings: settings.partial(),
    state: z.enum(['active', 'paused', 'disabled']),
  })
  .partial()
  .meta({ id: 'DestinationChange' })
export type DestinationChange = z.infer<typeof destinationChange>

export const destinationView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['webhook', 'inbox']),
    origin: z.enum(['environment', 'api', 'demo']),
    url: z.string().describe('shortened: addresses can carry passwords'),
    state: z.enum(['active', 'paused', 'disabled']),
    state_reason: z.string().nullable(),
    circuit: z.enum(['closed', 'open', 'probing']),
    filter,
    template: z.string().nullable(),
    settings,
    secrets: z.int().describe('how many signing secrets are in force'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Destination' })
export type DestinationView = z.infer<typeof destinationView>

export function viewOf(d: Destination, circuit: DestinationView['circuit'], nowMs: number): DestinationView {
  return {
    id: d.id,
    name: d.name,
    kind: d.kind,
    origin: d.origin,
    url: d.urlShown,
    state: d.state,
    state_reason: d.stateReason ?? null,
    circuit,
    filter: d.filter,
    template: d.template ?? null,
    settings: d.settings,
    secrets: d.secrets.filter((s) => s.expiresAtMs === undefined || s.expiresAtMs > nowMs).length,
    created_at: new Date(d.createdAtMs).toISOString(),
    updated_at: new Date(d.updatedAtMs).toISOString(),
    version: d.version,
  }
}

export const templatePreview = z
  .object({
    ok: z.boolean(),
    body: z.string().optional().describe('what would be sent'),
    message: z.string().optional().describe('what is wrong with the template'),
    line: z.int().optional().describe('where, counted from 1'),
    column: z.int().optional(),
    fields: z.array(z.enum(TEMPLATE_FIELDS)).describe('what a template may name'),
  })
  .meta({ id: 'TemplatePreview' })
