/** The live table of signals, of any length: only the rows in view exist. */
import { Anchor, Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { Signal } from '../../api.ts'
import { Empty, Fault } from '../../ui/page.tsx'
import { State } from '../../ui/state.tsx'
import { Time } from '../../ui/time.tsx'
import type { SignalFilter } from './filter.ts'
import classes from './signal-table.module.css'
import { useSignalWindow } from './use-signal-window.ts'

const ROW_PX = 32
const HEAD = ['Time', 'Ticker', 'Side', 'Price', 'Source', 'Strategy', 'Decision', 'Why', 'Delivery']
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }

export function SignalTable({ filter, total }: { filter: SignalFilter; total: number }) {
  const scroller = useRef<HTMLDivElement>(null)
  const [anchor, setAnchor] = useState<string | null>(null)
  const [range, setRange] = useState({ first: 0, last: 0 })
  const signals = useSignalWindow(filter, { anchor, total, ...range })
  const rows = useVirtualizer({
    count: signals.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    onChange: ({ range: seen, scrollOffset }) => {
      if (seen) setRange({ first: seen.startIndex, last: seen.endIndex })
      if ((scrollOffset ?? 0) === 0) setAnchor(null)
      else setAnchor((was) => was ?? signals.row(0)?.id ?? null)
    },
  })
  const onKeyDown = useRowKeys(scroller, signals.count, (index) => rows.scrollToIndex(index))
  const top = () => scroller.current?.scrollTo({ top: 0 })
  return (
    <div>
      {signals.error && <Fault error={signals.error} />}
      <div
        ref={scroller}
        className={classes['scroller']}
        role="region"
        aria-label="Signals, may be scrolled"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="table" aria-label="Signals" aria-rowcount={signals.count + 1} className={classes['table']}>
          <div role="rowgroup" className={classes['head']}>
            <div role="row" aria-rowindex={1} className={classes['row']}>
              {HEAD.map((name) => (
                <span role="columnheader" key={name}>
                  {name}
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className={classes['body']} style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => (
              <div
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                key={index}
                className={classes['row']}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Cells of={signals.row(index)} />
              </div>
            ))}
          </div>
        </div>
        {signals.count === 0 && <Empty>{signals.isLoading ? 'Loading …' : 'No signal matches.'}</Empty>}
      </div>
      {anchor !== null && (
        <Button size="compact-xs" variant="default" mt={6} onClick={top}>
          Back to the newest
        </Button>
      )}
    </div>
  )
}

function Cells({ of }: { of: Signal | undefined }) {
  if (of === undefined) return <span role="cell">…</span>
  const cells = [
    <Time key="t" at={of.received_at} />,
    <Anchor key="l" component={Link} to="/signals/$id" params={{ id: of.id } as never} size="sm">
      {of.ticker}
    </Anchor>,
    <State key="s" of={of.side} />,
    of.price ?? '-',
    of.source,
    of.strategy ?? '-',
    <State key="d" of={of.decision} />,
    of.reason_text,
    of.delivery ? <State key="v" of={of.delivery} /> : '-',
  ]
  return cells.map((cell, i) => (
    <span role="cell" key={HEAD[i]}>
      {cell}
    </span>
  ))
}

/** Arrows and page keys go from row to row; Enter follows the row's link, as on any link. */
function useRowKeys(
  scroller: React.RefObject<HTMLDivElement | null>,
  count: number,
  scrollTo: (index: number) => void,
) {
  const [wanted, setWanted] = useState<number | null>(null)
  useEffect(() => {
    if (wanted === null) return
    const link = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`)
    if (!link) return
    link.focus({ preventScroll: true })
    setWanted(null)
  })
  return (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || count === 0) return
    event.preventDefault()
    const row = document.activeElement?.closest<HTMLElement>('[data-index]')
    const at = row ? Number(row.dataset['index']) + step : 0
    const next = Math.min(Math.max(at, 0), count - 1)
    scrollTo(next)
    setWanted(next)
  }
}
