/**
 * Writes `.env.example` and `docs/settings.md` out of the table of settings, into the project or the folder
 * that is named; with `--check` it only says whether they are stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderEnvExample, renderSettingsPage } from './render.ts'

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const root = positionals[0] ?? join(import.meta.dirname, '../../..')
const pages = { '.env.example': renderEnvExample(), 'docs/settings.md': renderSettingsPage() }

function isCurrent(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}

for (const [name, text] of Object.entries(pages)) {
  const path = join(root, name)
  if (isCurrent(path, text)) continue
  if (values.check) {
    process.stderr.write(`${name} is stale: run node src/platform/config/generate.ts\n`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    process.stdout.write(`wrote ${name}\n`)
  }
}
