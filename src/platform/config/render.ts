/** Writes the settings down: as an `.env` file to copy, and as a page to read. Pure. */
import type { Setting } from './setting.ts'
import { RETIRED } from './settings/retired.ts'
import { GROUPS } from './table.ts'

const groups = Object.entries(GROUPS).map(([title, settings]): [string, [string, Setting<unknown>][]] => [
  title,
  Object.entries(settings),
])

/** The text of `.env.example`: every setting with its documentation, commented out at its default. */
export function renderEnvExample(): string {
  const head = [
    '# Copy this file to .env and remove the # before what you change. Everything has a default that runs.',
    '# The environment wins over this file. Made by src/platform/config/generate.ts: edit the table there.',
  ]
  const parts = groups.map(([title, settings]) =>
    [`# --- ${title} ---`, ...settings.flatMap(envLines)].join('\n'),
  )
  return `${[head.join('\n'), ...parts].join('\n\n')}\n`
}

function envLines([name, { doc, defaultShown, default: fallback, aliases }]: [
  string,
  Setting<unknown>,
]): string[] {
  const isWords = fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)
  return [
    '',
    `# ${doc}${isWords ? ` Default: ${defaultShown}.` : ''}${alsoCalled(aliases)}`,
    `#${name}=${isWords ? '' : defaultShown}`,
  ]
}

const alsoCalled = (aliases: readonly string[]): string =>
  aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`

/** The text of `docs/settings.md`. */
export function renderSettingsPage(): string {
  const head = [
    '# Settings',
    '',
    'Set them in the environment, or in a file `.env` in the folder the program is started from; the environment wins.',
    'An empty value is as good as none. `signalbox doctor` shows every setting, its value and where it came from. A value',
    'that is not right refuses the start; all faults are named at once.',
    '',
    '<!-- Made by src/platform/config/generate.ts: edit the table there. -->',
  ]
  const tables = groups.flatMap(([title, settings]) => [
    '',
    `## ${title}`,
    '',
    '| name | default | takes | meaning |',
    '|---|---|---|---|',
    ...settings.map(pageRow),
  ])
  const retired = Object.entries(RETIRED).map(([name, instead]) => `| \`${name}\` | ${cell(instead)} |`)
  const end = ['', '## Without effect', '', 'Settings of older programs: accepted, with a warning.', '']
  return `${[...head, ...tables, ...end, '| name | instead |', '|---|---|', ...retired].join('\n')}\n`
}

function pageRow([name, { doc, defaultShown, aliases, kind }]: [string, Setting<unknown>]): string {
  const names = [name, ...aliases].map((one) => `\`${one}\``)
  const called = names.length === 1 ? names[0] : `${names[0]} (${names.slice(1).join(', ')})`
  const takes = kind.secret ? `secret: ${kind.expects}` : kind.expects
  return `| ${called} | ${cell(defaultShown)} | ${cell(takes)} | ${cell(doc)} |`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
