/**
 * A limit is a list of windows (60 a minute and 500 an hour); all must pass, over ANY sliding window, not only aligned ones.
 * Spent permits are counted in slots of a thirtieth of the window. A permit in a slot may be as young as the slot's end, so
 * the slots of one whole window and one more are added up: never above the limit, at worst a thirtieth below. Pure.
 */

export interface LimitWindow {
  permits: number
  windowMs: number
}

/** Per window: `[slot number, permits spent in it]`, oldest first; plain JSON, so that processes can share it. */
export type LimitState = [slot: number, spent: number][][]

export interface Spending {
  granted: number
  state: LimitState
  /** When the next permit may be had, from now; 0 when all that was wanted was granted. */
  retryAfterMs: number
}

const SLOTS = 30

/** Grants as many of `wanted` permits as every window allows at `nowMs`. */
export function spend(
  windows: readonly LimitWindow[],
  state: LimitState,
  nowMs: number,
  wanted: number,
): Spending {
  const kept = windows.map((window, i) => recent(window, state[i] ?? [], nowMs))
  const room = windows.map(({ permits }, i) => permits - sum(kept[i]!))
  const granted = Math.max(0, Math.min(wanted, ...room))
  const next = windows.map((window, i) => {
    const slot = slotAt(window, nowMs)
    const slots = kept[i]!
    const last = slots.at(-1)
    if (granted === 0) return slots
    // A clock that went back spends into the newest slot it knows: no slot is ever opened before an older one.
    if (last !== undefined && last[0] >= slot)
      return [...slots.slice(0, -1), [last[0], last[1] + granted] as [number, number]]
    return [...slots, [slot, granted] as [number, number]]
  })
  const retryAfterMs =
    granted < wanted ? Math.max(...windows.map((w, i) => waitMs(w, next[i]!, nowMs)), 1) : 0
  return { granted, state: next, retryAfterMs }
}

/** Multiplied before divided: a slot of windowMs / 30 is seldom a whole number, and its error would move the borders. */
function slotAt({ windowMs }: LimitWindow, nowMs: number): number {
  return Math.floor((nowMs * SLOTS) / windowMs)
}

function recent(window: LimitWindow, slots: LimitState[number], nowMs: number): LimitState[number] {
  const oldest = slotAt(window, nowMs) - SLOTS
  return slots.filter(([slot]) => slot >= oldest)
}

function sum(slots: LimitState[number]): number {
  return slots.reduce((total, [, spent]) => total + spent, 0)
}

/** How long until the oldest spent slot leaves the window, when the window is full. */
function waitMs(window: LimitWindow, slots: LimitState[number], nowMs: number): number {
  const oldest = slots[0]
  if (oldest === undefined || sum(slots) < window.permits) return 0
  return Math.max(1, Math.ceil(((oldest[0] + SLOTS + 1) * window.windowMs) / SLOTS) - nowMs)
}
