/** The audit trail as CSV or NDJSON, row by row, so that its length costs no memory. Pure but for the pages it asks for. */
import { viewOfSignal } from './contract.ts'
import type { SignalRow } from './store.ts'

export type ExportFormat = 'csv' | 'ndjson'

const COLUMNS = [
  'id',
  'received_at',
  'source',
  'ticker',
  'exchange',
  'side',
  'price',
  'quantity',
  'strategy',
  'time',
  'decision',
  'reason',
  'decided_at',
  'delivery',
  'sender_id',
] as const

const PAGE = 1_000

/** Lines of the export, newest signal first; a CSV begins with its header. */
export async function* exportLines(
  format: ExportFormat,
  page: (beforeId: string | undefined, limit: number) => Promise<SignalRow[]>,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`
  let beforeId: string | undefined
  for (;;) {
    const rows = await page(beforeId, PAGE)
    const lines = rows.map(viewOfSignal).map((view) => {
      if (format === 'ndjson') return `${JSON.stringify(view)}\n`
      return `${COLUMNS.map((column) => csvCell(view[column])).join(',')}\r\n`
    })
    yield lines.join('')
    if (rows.length < PAGE) return
    beforeId = rows.at(-1)!.id
  }
}

/** RFC 4180, and a cell that a spreadsheet would take for a formula begins with a quote (OWASP, CSV injection). */
export function csvCell(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
