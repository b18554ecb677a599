/** How far a zone's clocks are ahead of UTC at a moment. Pure. */

const MINUTE_MS = 60_000
/** India has one time all year: the zone of Chartink needs no calendar. */
const FIXED: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Kolkata': 330 * MINUTE_MS }

/**
 * Offset in milliseconds; within an hour of a change of clocks it may be that of the other side. Throws on
 * no zone.
 */
export function zoneOffsetMs(timezone: string, atMs: number): number {
  const fixed = FIXED[timezone]
  if (fixed !== undefined) return fixed
  const name = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' })
    .formatToParts(atMs)
    .find((part) => part.type === 'timeZoneName')?.value
  const parts = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '')
  const ms = (Number(parts?.[2] ?? 0) * 60 + Number(parts?.[3] ?? 0)) * MINUTE_MS
  return parts?.[1] === '-' ? -ms : ms
}
