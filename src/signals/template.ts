/** Templates of outgoing bodies: `{{ticker}}` and friends, checked when saved, rendered once per delivery. Pure. */
import { findFault } from '../platform/http/index.ts'
import type { Signal } from './signal.ts'

/** What a template may name. Times are ISO-8601, numbers decimal text. */
export const TEMPLATE_FIELDS = [
  'id',
  'ticker',
  'exchange',
  'side',
  'action',
  'price',
  'quantity',
  'strategy',
  'source',
  'time',
  'received_at',
] as const
export type TemplateField = (typeof TEMPLATE_FIELDS)[number]

const TEMPLATE_LENGTH_MAX = 8_000

export type TemplateCheck =
  | { ok: true; contentType: 'application/json' | 'text/plain' }
  | { ok: false; field: string; message: string; at: TemplatePlace }

/** Counted from 1. */
export interface TemplatePlace {
  line: number
  column: number
}

/** `at`: where in the template it begins. */
type Piece = { text: string; at: number } | { field: TemplateField; at: number }

/** Says whether a template can be saved: known fields only, closed braces, and JSON where it looks like JSON. */
export function checkTemplate(template: string): TemplateCheck {
  if (template.length > TEMPLATE_LENGTH_MAX) {
    return refuse(template, TEMPLATE_LENGTH_MAX, `it is longer than ${TEMPLATE_LENGTH_MAX} characters.`)
  }
  const parsed = parse(template)
  if (!Array.isArray(parsed)) return refuse(template, parsed.at, parsed.message)
  if (!isJson(template)) return { ok: true, contentType: 'text/plain' }
  // A number-like field may stand bare in JSON, a text needs its quotes: both kinds of sample must give JSON.
  const fault = findFault(parsed.map(sampleOf).join(''))
  if (fault === null) return { ok: true, contentType: 'application/json' }
  return refuse(
    template,
    placeIn(parsed, fault.position),
    `with its fields filled in it is no valid JSON: ${fault.what}.`,
  )
}

const sampleOf = (piece: Piece) => ('text' in piece ? piece.text : '0')

/** From a place in the text with the fields filled in to the place in the template. */
function placeIn(pieces: readonly Piece[], position: number): number {
  let before = 0
  for (const piece of pieces) {
    const { length } = sampleOf(piece)
    if (position < before + length) return 'text' in piece ? piece.at + position - before : piece.at
    before += length
  }
  const last = pieces.at(-1)!
  return last.at + sampleOf(last).length
}

/** Fills a checked template. In JSON, values are escaped within a string; an absent value is empty, bare it is null. */
export function renderTemplate(template: string, signal: Signal): string {
  const pieces = parse(template)
  if (!Array.isArray(pieces)) throw new Error(`an unchecked template was saved: ${pieces.message}`)
  const json = isJson(template)
  let inString = false
  let body = ''
  for (const piece of pieces) {
    if ('text' in piece) {
      body += piece.text
      inString = stringStateAfter(piece.text, inString)
    } else {
      const value = fieldValue(piece.field, signal)
      body += !json ? (value ?? '') : inString ? escapeInString(value ?? '') : bareJson(value)
    }
  }
  return body
}

/** The body a receiver gets without a template (contracts.md, Outgoing webhook). */
export function defaultBody(signal: Signal, options: { action: boolean }): string {
  return JSON.stringify({
    id: signal.id,
    ticker: signal.ticker,
    side: signal.side,
    action: options.action ? signal.side : undefined,
    price: numberOrNull(signal.price),
    quantity: signal.quantity === undefined ? undefined : numberOrNull(signal.quantity),
    time: new Date(signal.occurredAtMs ?? signal.receivedAtMs).toISOString(),
    strategy: signal.strategy,
    source: signal.source,
    metadata: signal.metadata,
  })
}

/** A number where a double holds the decimal exactly, else the decimal text itself: no price is ever rounded. */
function numberOrNull(decimal: string | undefined): number | string | null {
  if (decimal === undefined) return null
  const number = Number(decimal)
  return String(number) === decimal || trimZeros(decimal) === String(number) ? number : decimal
}

function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/0+$/, '').replace(/\.$/, '') : decimal
}

function fieldValue(field: TemplateField, signal: Signal): string | undefined {
  switch (field) {
    case 'action':
      return signal.side
    case 'time':
      return new Date(signal.occurredAtMs ?? signal.receivedAtMs).toISOString()
    case 'received_at':
      return new Date(signal.receivedAtMs).toISOString()
    default:
      return signal[field]
  }
}

/** A template that begins like JSON is JSON; one that begins with a field is text. */
function isJson(template: string): boolean {
  return /^\s*(\[|\{(?!\{))/.test(template)
}

function escapeInString(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

function bareJson(value: string | undefined): string {
  if (value === undefined) return 'null'
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? value : JSON.stringify(value)
}

/** Whether a JSON text is inside a string after `text`, given whether it was before. */
function stringStateAfter(text: string, inString: boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') inString = !inString
  }
  return inString
}

function parse(template: string): Piece[] | { message: string; at: number } {
  const pieces: Piece[] = []
  let at = 0
  for (;;) {
    const open = template.indexOf('{{', at)
    if (open === -1) break
    const close = template.indexOf('}}', open)
    if (close === -1) return { message: 'this "{{" is never closed.', at: open }
    const name = template.slice(open + 2, close).trim()
    if (!isField(name))
      return { message: `"{{${name}}}" is not a field. Fields: ${TEMPLATE_FIELDS.join(', ')}.`, at: open }
    pieces.push({ text: template.slice(at, open), at }, { field: name, at: open })
    at = close + 2
  }
  pieces.push({ text: template.slice(at), at })
  return pieces
}

function isField(name: string): name is TemplateField {
  return (TEMPLATE_FIELDS as readonly string[]).includes(name)
}

function refuse(template: string, position: number, message: string): TemplateCheck {
  const before = template.slice(0, position)
  const at = { line: before.split('\n').length, column: position - before.lastIndexOf('\n') }
  return { ok: false, field: 'template', message: `Line ${at.line}, column ${at.column}: ${message}`, at }
}
