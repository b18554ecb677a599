/** The wire schemas of webhook keys and of what was refused. */
import { z } from 'zod'
import { networkList } from '../../../platform/http/index.ts'
import { REPEAT_WINDOW_SEC_MIN, TRADINGVIEW_NETWORKS, type WebhookKey } from '../key.ts'
import type { Payload } from '../payload/index.ts'
import type { RefusedPayload } from '../store.ts'

const networks = z
  .array(z.string().max(64))
  .max(64)
  .superRefine((cidrs, context) => {
    try {
      networkList(cidrs.filter((one) => one !== 'tradingview'))
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
  .transform((cidrs) => cidrs.flatMap((one) => (one === 'tradingview' ? TRADINGVIEW_NETWORKS : [one])))

const path = z.string().min(1).max(200)
const fieldMap = z.strictObject({
  ticker: path.optional(),
  exchange: path.optional(),
  side: path.optional(),
  price: path.optional(),
  quantity: path.optional(),
  strategy: path.optional(),
  time: path.optional(),
  id: path.optional(),
  constants: z.record(z.string().max(20), z.string().max(200)).optional(),
  values: z.record(z.string().max(20), z.record(z.string().max(100), z.string().max(100))).optional(),
})

const plainOptions = {
  fieldMap: fieldMap.optional(),
  defaultSide: z.enum(['buy', 'sell']).optional().describe('for alerts that name no side (Chartink)'),
  repeatWindowSec: z
    .int()
    .max(86_400)
    .refine(
      (sec) => sec === 0 || sec >= REPEAT_WINDOW_SEC_MIN,
      `must be 0 (off) or at least ${REPEAT_WINDOW_SEC_MIN}`,
    )
    .optional(),
  maxLagSec: z.int().min(1).max(86_400).optional().describe('older on arrival is refused'),
  perMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('requests in any minute, at each gateway; more are answered 429'),
}

export const keyOptions = z.strictObject({
  networks: networks
    .optional()
    .describe('CIDRs it takes from; "tradingview" stands for TradingView\'s four addresses'),
  ...plainOptions,
})

export const keyDraft = z.strictObject({
  name: z.string().trim().min(1).max(80),
  options: keyOptions.default({}),
  signing_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
    .optional(),
})

export const keyView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    token: z.string().describe('its beginning and end'),
    options: z.object({ networks: z.array(z.string()).optional(), ...plainOptions }),
    signs: z.boolean(),
    created_at: z.iso.datetime(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookKey' })

const iso = (ms: number) => new Date(ms).toISOString()
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms))

export const viewOfKey = (key: WebhookKey): z.input<typeof keyView> => ({
  id: key.id,
  name: key.name,
  token: key.tokenShown,
  options: key.options as z.input<typeof keyView>['options'],
  signs: key.signingSecret !== undefined,
  created_at: iso(key.createdAtMs),
  revoked_at: isoOrNull(key.revokedAtMs),
  last_used_at: isoOrNull(key.lastUsedAtMs),
})

export const refusedView = z
  .object({
    id: z.uuid(),
    received_at: z.iso.datetime(),
    key_id: z.uuid().nullable(),
    remote: z.string().nullable(),
    status: z.int(),
    code: z.string(),
    field: z.string().nullable(),
    message: z.string(),
    body: z.string(),
  })
  .meta({ id: 'RefusedPayload' })

export const viewOfRefused = ({
  receivedAtMs,
  keyId,
  ...row
}: RefusedPayload): z.infer<typeof refusedView> => ({
  ...row,
  received_at: iso(receivedAtMs),
  key_id: keyId,
})

const refusal = { code: z.string(), field: z.string().nullable(), message: z.string() }

/** What a body would become: signals, each read or refused, or nothing at all. */
export const keyPreview = z
  .object({
    outcome: z.enum(['signals', 'refused']),
    code: z.string().optional(),
    field: z.string().nullish(),
    message: z.string().optional(),
    credentials: z.int().describe('how many were found in the body, and taken out'),
    items: z
      .array(
        z.discriminatedUnion('ok', [
          z.object({ ok: z.literal(true), draft: z.record(z.string(), z.unknown()) }),
          z.object({ ok: z.literal(false), ...refusal }),
        ]),
      )
      .optional(),
  })
  .meta({ id: 'KeyPreview' })

export function viewOfPreview(read: Payload): z.infer<typeof keyPreview> {
  const credentials = read.credentials.length
  if (read.outcome === 'refused') {
    const { outcome, code, field, message } = read
    return { outcome, code, field, message, credentials }
  }
  const items = read.items.map((item) =>
    item.ok
      ? { ok: true as const, draft: { ...item.draft } }
      : { ok: false as const, code: item.code, field: item.field, message: item.message },
  )
  return { outcome: 'signals', items, credentials }
}
