/** What the address says of the signals to show. */

const NAMES = [
  'q',
  'ticker',
  'side',
  'source',
  'decision',
  'reason',
  'destination',
  'state',
  'since',
  'until',
] as const

export type SignalFilter = Partial<Record<(typeof NAMES)[number], string>>

/** Only what a filter has, as text: an address may be written by hand. */
export const filterFrom = (search: Record<string, unknown>): SignalFilter =>
  Object.fromEntries(
    NAMES.flatMap((name) =>
      search[name] === undefined || search[name] === '' ? [] : [[name, String(search[name])]],
    ),
  )

export const isEmpty = (filter: SignalFilter): boolean => Object.keys(filter).length === 0
