/** Builds the web app unless what is there was built from these very files; so `npm start` builds once. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const mark = join(here, 'dist/.built-from')
const sources = globSync(['*.{ts,tsx,html,css}', '{screens,ui,live}/**/*.*'], { cwd: here }).toSorted()
const hash = createHash('sha256').update(readFileSync(join(here, '../package-lock.json')))
for (const path of sources) hash.update(path).update(readFileSync(join(here, path)))
const wanted = hash.digest('hex')

if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  const { build } = await import('vite')
  await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' })
  writeFileSync(mark, wanted)
}
