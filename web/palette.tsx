/** The command palette (Ctrl or ⌘ and K), and `/` for the search of signals: the app by keyboard. */
import { useHotkeys } from '@mantine/hooks'
import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from './api.ts'

interface PaletteProps {
  places: readonly { to: string; name: string }[]
  /** Whether this person may pause and refresh. */
  operates: boolean
}

export const openPalette = spotlight.open

export function Palette({ places, operates }: PaletteProps) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [query, setQuery] = useState('')
  const go = (to: string, search: object = {}) => void navigate({ to, search: search as never })
  useHotkeys([['/', () => focusSearch(() => go('/signals'))]])
  const words = query.trim()
  const verb = (name: string, path: string): SpotlightActionData => ({
    id: name,
    label: name,
    onClick: () => void call('POST', path).finally(() => queries.invalidateQueries()),
  })
  const actions: SpotlightActionData[] = [
    ...places.map(({ to, name }) => ({
      id: to,
      label: name,
      description: 'Go there',
      onClick: () => go(to),
    })),
    ...(operates
      ? [
          verb('Refresh the ranking', '/finviz/refresh'),
          verb('Pause the ranking', '/finviz/pause'),
          verb('Resume the ranking', '/finviz/resume'),
        ]
      : []),
    ...(words === ''
      ? []
      : [
          {
            id: 'search',
            label: `Search signals for “${words}”`,
            keywords: [words],
            onClick: () => go('/signals', { q: words }),
          },
          {
            id: 'ticker',
            label: `Signals of ${words.toUpperCase()}`,
            keywords: [words],
            onClick: () => go('/signals', { ticker: words.toUpperCase() }),
          },
        ]),
  ]
  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      attributes={{ content: { 'aria-label': 'Commands' } }}
      shortcut={['mod + K']}
      nothingFound="Nothing has this name."
      scrollable
      maxHeight={420}
      searchProps={{ placeholder: 'Go somewhere, or search signals …', 'aria-label': 'Command' }}
    />
  )
}

const field = () => document.querySelector<HTMLInputElement>('[data-search]')

/** The search field of the screen, or that of signals once it is there. */
function focusSearch(goToSignals: () => void): void {
  const here = field()
  if (here) return here.focus()
  goToSignals()
  const appears = new MutationObserver(() => {
    const found = field()
    if (!found) return
    appears.disconnect()
    found.focus()
  })
  appears.observe(document.body, { childList: true, subtree: true })
}
