/** From the bytes of a request to receipts: who sent it, what it says, is it a repeat, and the journal's word. */
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { nowMs } from '../../platform/runtime/index.ts'
import type { Journal, Receipt, RepeatKey, SignalDraft, Submission } from '../../signals/index.ts'
import { byBody, byRequest, bySignature, type Authentication, type Caller } from './authenticate.ts'
import { readingOf, repeatWindowMs, type WebhookKey } from './key.ts'
import type { KeyRing } from './key-ring.ts'
import { readPayload, type PayloadItem } from './payload/index.ts'

export interface IntakePorts {
  ring: KeyRing
  journal: Journal
  /** `WEBHOOK_AUTH=off`: callers without a credential are let in. */
  authRequired: boolean
  /** How long a sender's own id is remembered. */
  idsKeptMs: number
}

export interface IntakeRequest extends Caller {
  body: Buffer
  query: Record<string, string | undefined>
}

export type ItemAnswer =
  | { ok: true; receipt: Receipt }
  | { ok: false; code: string; field: string | null; message: string; body: string }

export type IntakeAnswer =
  | { outcome: 'answered'; key: WebhookKey | null; batch: boolean; items: ItemAnswer[] }
  | { outcome: 'unauthenticated' }
  | { outcome: 'wrong-network'; key: WebhookKey }
  | { outcome: 'over-limit'; key: WebhookKey; retryAfterMs: number }
  | {
      outcome: 'refused'
      key: WebhookKey | null
      code: string
      field: string | null
      message: string
      body: string
    }

/** Throws `Overloaded` or `DatabaseUnavailable` when the journal cannot take it: then nothing was promised. */
export async function takeIn(ports: IntakePorts, request: IntakeRequest): Promise<IntakeAnswer> {
  const receivedAtMs = nowMs()
  const text = request.body.toString('utf8')
  const early = byRequest(ports.ring, request) ?? bySignature(ports.ring, request, text, receivedAtMs)
  if (early !== undefined && early.outcome !== 'known') return turnAway(early)
  const payload = readPayload({
    text,
    contentType: request.headers['content-type'],
    query: request.query,
    nowMs: receivedAtMs,
    ...readingOf(early?.key.options ?? {}),
  })
  const authentication = early ?? byBody(ports.ring, request, payload.credentials)
  if (
    authentication.outcome !== 'known' &&
    (ports.authRequired || (payload.credentials.length > 0 && authentication.outcome !== 'unknown'))
  ) {
    return turnAway(authentication)
  }
  const key = authentication.outcome === 'known' ? authentication.key : null
  if (key !== null) ports.ring.used(key, receivedAtMs)
  const waitMs = key === null ? 0 : ports.ring.waitFor(key, receivedAtMs)
  if (waitMs > 0) return { outcome: 'over-limit', key: key!, retryAfterMs: waitMs }
  if (payload.outcome === 'refused') {
    const { code, field, message, body } = payload
    return { outcome: 'refused', key, code, field, message, body }
  }
  const idHeader = headerId(request.headers)
  const answers = payload.items.map((item, i) =>
    takeItem(ports, item, {
      key,
      receivedAtMs,
      headerId: payload.batch && idHeader ? `${idHeader}:${i}` : idHeader,
    }),
  )
  return { outcome: 'answered', key, batch: payload.batch, items: await Promise.all(answers) }
}

function turnAway(authentication: Authentication): IntakeAnswer {
  return authentication.outcome === 'wrong-network'
    ? { outcome: 'wrong-network', key: authentication.key }
    : { outcome: 'unauthenticated' }
}

interface ItemContext {
  key: WebhookKey | null
  receivedAtMs: number
  headerId: string | undefined
}

async function takeItem(ports: IntakePorts, item: PayloadItem, context: ItemContext): Promise<ItemAnswer> {
  if (!item.ok)
    return { ok: false, code: item.code, field: item.field, message: item.message, body: item.body }
  const { key, receivedAtMs, headerId } = context
  const draft = item.draft
  if (draft.senderId === undefined && headerId !== undefined) draft.senderId = headerId
  const repeat = repeatOf(draft, item.carriesTime, key, ports.idsKeptMs)
  const submission: Submission = { draft, source: 'webhook', receivedAtMs }
  if (key !== null) submission.keyId = key.id
  if (repeat !== null) submission.repeat = repeat
  if (key?.options.maxLagSec !== undefined) submission.lagMsMax = key.options.maxLagSec * 1000
  return { ok: true, receipt: await ports.journal.accept(submission) }
}

/** A sender's id names a signal for as long as the journal is kept; without one, equal bytes are a repeat for a while. */
function repeatOf(
  draft: SignalDraft,
  carriesTime: boolean,
  key: WebhookKey | null,
  idsKeptMs: number,
): RepeatKey | null {
  const owner = key?.id ?? 'open'
  const bodyHash = hash('sha1', `${draft.ticker} ${draft.side} ${draft.body}`, 'base64')
  if (draft.senderId !== undefined) {
    return { key: `id:${owner}:${draft.senderId}`, bodyHash, keepMs: idsKeptMs, named: true }
  }
  const windowMs = repeatWindowMs(key?.options ?? {}, carriesTime)
  return windowMs === null
    ? null
    : { key: `body:${owner}:${bodyHash}`, bodyHash, keepMs: windowMs, named: false }
}

function headerId(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['idempotency-key'] ?? headers['webhook-id']
  return typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? id : undefined
}
