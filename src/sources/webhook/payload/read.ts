/**
 * Reads the body of a webhook, whatever its vendor and whatever its content type says, into signals. Pure.
 */
import {
  JSON_LIMITS,
  parseJson,
  splitArray,
  splitLines,
  type JsonFault,
} from '../../../platform/http/index.ts'
import { isAlertmanager, readAlertmanager } from './alertmanager.ts'
import { isChartink, readChartink } from './chartink.ts'
import { stripCredentials, type Stripped } from './credential.ts'
import { draftFrom } from './draft.ts'
import { collect, noFields } from './fields.ts'
import { looksLikeForm, readForm } from './form.ts'
import { findPlaceholder, refusePlaceholder } from './placeholder.ts'
import { redactSecrets } from './redact.ts'
import { isRefusal, refuse, type PayloadItem, type Refusal } from './refusal.ts'
import { ITEMS_MAX, type Payload, type PayloadRequest, type ReadContext } from './request.ts'
import { withoutTextSecrets } from './text-secrets.ts'
import { readText, TEXT_MAX } from './text.ts'

const LIMITS = { ...JSON_LIMITS, longStringKeys: new Set(['stocks', 'trigger_prices']) }
const ITEM_LIMITS = { ...LIMITS, depthMax: LIMITS.depthMax - 1 }

interface Reading {
  items: PayloadItem[]
  batch: boolean
  credentials: string[]
}

/**
 * Reads one request. A preview of a field map is this same function. Never throws, whatever the text; the
 * time it takes grows with the length of the text only.
 */
export function readPayload(request: PayloadRequest): Payload {
  const text = request.text.charCodeAt(0) === 0xfeff ? request.text.slice(1) : request.text
  if (text.includes('\0') || !text.isWellFormed()) {
    return refuseBody(
      text,
      refuse('unreadable-text', null, 'the body is no UTF-8 text: it holds NUL or half characters'),
    )
  }
  const reading = isBatch(text, request.contentType) ? readBatch(text, request) : readSingle(text, request)
  if (isRefusal(reading)) return refuseBody(text, reading)
  const { items, batch, credentials } = reading
  const first = items[0]!
  if (!batch && !first.ok) return { ...withCleanBody(first), outcome: 'refused', credentials }
  return { outcome: 'signals', items: batch ? items.map(cleaned) : items, batch, credentials }
}

function refuseBody(text: string, refusal: Refusal): Payload {
  return { outcome: 'refused', ...refusal, body: redactSecrets(text), credentials: [] }
}

const cleaned = (item: PayloadItem): PayloadItem => (item.ok ? item : { ok: false, ...withCleanBody(item) })

const withCleanBody = ({
  code,
  field,
  message,
  body,
}: Refusal & { body: string }): Refusal & { body: string } => ({
  code,
  field,
  message,
  body: redactSecrets(body),
})

/** An array, or lines of objects. */
function isBatch(text: string, contentType: string | undefined): boolean {
  const start = firstCharacter(text)
  if (text[start] === '[') return true
  if (text[start] !== '{') return false
  if (contentType !== undefined && /ndjson|json-?lines|jsonl/i.test(contentType)) return true
  const lineEnd = text.indexOf('\n', start)
  return (
    lineEnd !== -1 &&
    /\}\s*$/.test(text.slice(Math.max(start, lineEnd - 8), lineEnd)) &&
    /^\s{0,8}\{/.test(text.slice(lineEnd, lineEnd + 10))
  )
}

function firstCharacter(text: string): number {
  let i = 0
  while (i < text.length && text.charCodeAt(i) <= 32) i++
  return i
}

function readBatch(text: string, context: ReadContext): Reading | Refusal {
  const isArray = text[firstCharacter(text)] === '['
  const split = isArray ? splitArray(text, ITEMS_MAX) : splitLines(text, ITEMS_MAX)
  if (!split.ok) {
    return split.reason === 'too-many' ? refuseCount() : faultOfWhole(text)
  }
  if (split.items.length === 0) return refuse('empty-body', null, 'the batch has no items')
  const batch: Reading = { items: [], batch: true, credentials: [] }
  for (const itemText of split.items) {
    const reading = readItem(itemText, context)
    const first = reading.items[0]!
    // An array with a broken item is no JSON at all: who knows where the item ends.
    if (isArray && !first.ok && first.code === 'invalid-json') return faultOfWhole(text)
    batch.items.push(...reading.items)
    batch.credentials.push(...reading.credentials.filter((one) => !batch.credentials.includes(one)))
    if (batch.items.length > ITEMS_MAX) return refuseCount()
  }
  return batch
}

function refuseCount(): Refusal {
  return refuse('too-many-items', null, `the batch has more than ${ITEMS_MAX} signals; send it in parts`)
}

function faultOfWhole(text: string): Refusal {
  const parsed = parseJson(text, LIMITS)
  return parsed.ok ? refuse('not-a-signal', null, 'the array cannot be read') : refusalOf(parsed, text)
}

function readItem(text: string, context: ReadContext): Reading {
  if (text.startsWith('{')) return readObjectText(text, context, ITEM_LIMITS)
  const parsed = parseJson(text, ITEM_LIMITS)
  if (!parsed.ok) return alone({ ok: false, body: text, ...refusalOf(parsed, text) })
  if (typeof parsed.value === 'string') return readPlain(parsed.value, context)
  return alone({
    ok: false,
    body: text,
    ...refuse('not-a-signal', null, 'this item is no object; write {"ticker":…,"side":…}'),
  })
}

const alone = (item: PayloadItem, credentials: string[] = []): Reading => ({
  items: [item],
  batch: false,
  credentials,
})

function readSingle(text: string, context: ReadContext): Reading | Refusal {
  const start = firstCharacter(text)
  const first = text[start]
  if (first === '{' && text[start + 1] !== '{') return readObjectText(text, context, LIMITS)
  if (first === undefined && !(context.query?.['ticker'] ?? context.query?.['symbol'])) {
    return refuse('empty-body', null, 'the body is empty; write {"ticker":"AAPL","side":"buy"}')
  }
  if (first === '"') {
    const parsed = parseJson(text, LIMITS)
    if (parsed.ok && typeof parsed.value === 'string') return readPlain(parsed.value, context)
  }
  if (!looksLikeForm(text.trim())) return readPlain(text, context)
  const form = readForm(text.trim())
  return isRefusal(form) ? form : readObject(form, context)
}

function readObjectText(text: string, context: ReadContext, limits: typeof LIMITS): Reading {
  const parsed = parseJson(text, limits)
  if (!parsed.ok) return alone({ ok: false, body: text, ...refusalOf(parsed, text) })
  return readObject(stripCredentials(parsed.value as Record<string, unknown>, text), context)
}

/** TradingView's numbers stand without quotes: unresolved or without value, they make the whole no JSON. */
function bareWord(text: string, position: number): string | null {
  if (/^NaN\b/.test(text.slice(position, position + 4))) return 'NaN'
  const start = text.startsWith('{{', position) ? position : position - 1
  return text.startsWith('{{', start) ? findPlaceholder(text.slice(start, start + 90)) : null
}

function refusalOf(fault: JsonFault, text: string): Refusal {
  if (fault.code === 'invalid-json') {
    const word = bareWord(text, fault.position)
    if (word !== null) return refusePlaceholder(word, fault.path ?? 'body')
  }
  return refuse(fault.code, fault.path, fault.message)
}

function readObject(stripped: Stripped, context: ReadContext): Reading {
  const { value, body, credentials } = stripped
  if (context.fieldMap?.ticker === undefined) {
    const items = readVendor(value, context)
    if (isRefusal(items)) return alone({ ok: false, body, ...items }, credentials)
    if (items !== undefined) return { items, batch: true, credentials }
  }
  const fields = noFields()
  collect(fields, value)
  const { text } = fields
  const isText =
    fields.ticker === undefined && fields.side.length === 0 && context.fieldMap?.ticker === undefined
  if (!isText || typeof text?.value !== 'string') {
    return alone(draftFrom(fields, { body, object: value }, context), credentials)
  }
  const said = readText({ text: text.value, isKeyed: false }, text.path, context)
  if (isRefusal(said)) return alone({ ok: false, body, ...said }, credentials)
  return alone(draftFrom(said, { body, object: value }, context), credentials)
}

function readVendor(
  value: Readonly<Record<string, unknown>>,
  context: ReadContext,
): PayloadItem[] | Refusal | undefined {
  if (isChartink(value)) return readChartink(value, context)
  return isAlertmanager(value) ? readAlertmanager(value, context) : undefined
}

function readPlain(sent: string, context: ReadContext): Reading {
  if (sent.length > TEXT_MAX) {
    const message = `the text has ${sent.length} characters, ${TEXT_MAX} are allowed`
    return alone({ ok: false, body: sent, ...refuse('string-too-long', 'body', message) })
  }
  const alert = withoutTextSecrets(sent)
  const { text, credentials } = alert
  const fields = readText(alert, 'body', context)
  if (isRefusal(fields)) return alone({ ok: false, body: text, ...fields }, credentials)
  return alone(draftFrom(fields, { body: text, object: {} }, context), credentials)
}
