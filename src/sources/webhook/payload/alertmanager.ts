/** Reads Alertmanager's webhook (version 4): one item an alert, from its labels and annotations. Pure. */
import { draftFrom } from './draft.ts'
import { collect, noFields, type Fields } from './fields.ts'
import { refuse, type PayloadItem, type Refusal } from './refusal.ts'
import { ITEMS_MAX, type ReadContext } from './request.ts'

type Body = Readonly<Record<string, unknown>>

/** Annotations are for people: labels win. */
const ANNOTATION_RANK = 10

export const isAlertmanager = (body: Body): boolean =>
  Array.isArray(body['alerts']) && (body['groupKey'] !== undefined || body['receiver'] !== undefined)

export function readAlertmanager(body: Body, context: ReadContext): PayloadItem[] | Refusal {
  const alerts = body['alerts'] as unknown[]
  if (alerts.length === 0) return refuse('not-a-signal', 'alerts', '"alerts" is empty')
  if (alerts.length > ITEMS_MAX) {
    return refuse(
      'too-many-items',
      'alerts',
      `"alerts" has ${alerts.length} entries, ${ITEMS_MAX} are allowed`,
    )
  }
  return alerts.map((alert, index) => readAlert(alert, `alerts[${index}]`, context))
}

function readAlert(alert: unknown, path: string, context: ReadContext): PayloadItem {
  const text = JSON.stringify(alert)
  const refused = (refusal: Refusal): PayloadItem => ({ ok: false, body: text, ...refusal })
  if (!isObject(alert)) return refused(refuse('not-a-signal', path, `"${path}" is no alert`))
  if (alert['status'] === 'resolved') {
    const message =
      'this alert is resolved; only firing ones are signals (set send_resolved: false at the receiver)'
    return refused(refuse('not-a-signal', `${path}.status`, message))
  }
  const fields = noFields()
  const labels = isObject(alert['labels']) ? alert['labels'] : {}
  collect(fields, labels, `${path}.labels.`)
  if (isObject(alert['annotations'])) {
    collect(fields, alert['annotations'], `${path}.annotations.`, '', ANNOTATION_RANK)
  }
  stamp(fields, alert, path)
  return draftFrom(fields, { body: text, object: alert, path: `${path}.labels.` }, context)
}

/** An alert is told again and again while it fires: its fingerprint and start name it. */
function stamp(fields: Fields, alert: Body, path: string): void {
  const { fingerprint, startsAt } = alert
  if (typeof fingerprint === 'string' && typeof startsAt === 'string') {
    fields.id = { value: `${fingerprint}@${startsAt}`, path: `${path}.fingerprint`, rank: 0 }
  }
  if (startsAt !== undefined) fields.time = { value: startsAt, path: `${path}.startsAt`, rank: 0 }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
