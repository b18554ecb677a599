/** Holds the import table of the design: which room may import which, and only through its front door. */
import type { Fault, Rule } from './rule.ts'
import { isUnder, type ImportEdge, type SourceFile } from './source-file.ts'

/**
 * Room to the rooms it may import. A name ending in `/*` stands for every room below that folder, and each of
 * those is a room of its own: `sources/webhook` and `sources/manual` do not see each other.
 */
const ground = ['platform/*'] as const
const below = [...ground, 'accounts', 'market', 'rules', 'rankings', 'runners'] as const
const throughSignals = [...below, 'signals'] as const
const importTable: Readonly<Record<string, readonly string[]>> = {
  'platform/*': ground,
  accounts: ground,
  market: ground,
  rules: [...ground, 'market'],
  rankings: ground,
  runners: ground,
  signals: below,
  'sources/*': throughSignals,
  'sinks/*': throughSignals,
  analytics: throughSignals,
}

/** Files that put rooms together: they may import every room, through its index.ts, and each other. */
const composers = ['src/main.ts', 'src/cli.ts']
/** What main.ts and cli.ts are made of: no room, so that nothing can depend on it. */
const composition = 'src/app/'
const composes = (path: string): boolean => composers.includes(path) || path.startsWith(composition)

/** The room a file is in (`signals`, `sources/webhook`), or null for a file outside the rooms. */
export function roomOf(path: string): string | null {
  const parts = path.split('/')
  if (parts[0] !== 'src' || parts.length < 3 || path.startsWith(composition)) return null
  const first = parts[1]!
  return `${first}/*` in importTable ? (parts.length > 3 ? `${first}/${parts[2]}` : first) : first
}

const entryFor = (room: string): readonly string[] | undefined =>
  importTable[room] ?? importTable[room.replace(/\/[^/]+$/, '/*')]

function mayImport(from: string, to: string): boolean {
  return (entryFor(from) ?? []).some((allowed) =>
    allowed.endsWith('/*') ? to.startsWith(allowed.slice(0, -1)) : to === allowed,
  )
}

function faultOf(file: SourceFile, edge: ImportEdge): string | null {
  if (edge.target === null || !isUnder(file, 'src')) return null
  const [from, to] = [roomOf(file.path), roomOf(edge.target)]
  const inTest = file.path.endsWith('.test.ts')
  if (edge.target.startsWith('test/'))
    return inTest ? null : `imports ${edge.target}: no product code needs a test`
  if (!edge.target.startsWith('src/'))
    return edge.target === 'package.json' ? null : `imports ${edge.target} from outside src`
  if (to === null)
    return from === null || inTest ? null : `imports ${edge.target}: rooms are composed, they do not compose`
  if (from === to) return null
  if (from !== null && !mayImport(from, to)) return `${from} imports ${to}, which the table does not allow`
  if (edge.target !== `src/${to}/index.ts`) return `reaches past the door of ${to}: import src/${to}/index.ts`
  return null
}

function checkImports(files: readonly SourceFile[]): Fault[] {
  const faults: Fault[] = []
  for (const file of files) {
    const room = roomOf(file.path)
    const fault = (line: number, message: string) => faults.push({ path: file.path, line, message })
    if (room !== null && !entryFor(room)) fault(1, `${room} is not a room of the import table`)
    if (room === null && isUnder(file, 'src') && !composes(file.path) && !file.path.endsWith('.test.ts')) {
      fault(1, `stands in no room: only ${composers.join(' and ')} lie loose in src`)
    }
    for (const edge of file.imports) {
      const message = faultOf(file, edge)
      if (message) fault(edge.line, message)
    }
  }
  return faults
}

export const importsFollowTheTable: Rule = {
  name: 'a room imports only what the table allows, through index.ts',
  instead:
    'move the code to the room that owns it, pass it in from main.ts, or export it from the index.ts of its room; ' +
    'a new room gets a line in test/tidy/rooms.ts',
  check: checkImports,
  refuses: [
    ['lets platform know of signals', 'src/platform/db/pool.ts', '../../signals/index.ts'],
    ['lets rankings know of signals', 'src/rankings/refresh.ts', '../signals/index.ts'],
    ['lets one source see another', 'src/sources/webhook/routes.ts', '../manual/index.ts'],
    ['lets a source see a sink', 'src/sources/webhook/routes.ts', '../../sinks/webhook/index.ts'],
    ['lets signals see a sink', 'src/signals/outbox.ts', '../sinks/webhook/index.ts'],
    ['reaches past a door', 'src/sinks/webhook/send.ts', '../../signals/store.ts'],
    ['reaches past a door for a type', 'src/sinks/webhook/send.ts', '../../platform/db/database.ts'],
    ['reaches past a door from main', 'src/main.ts', './signals/store.ts'],
    ['reaches past a door from a test', 'src/sinks/webhook/send.test.ts', '../../signals/store.ts'],
    ['takes the whole of src', 'src/signals/gate.ts', '../main.ts'],
    ['takes test code into the product', 'src/signals/gate.ts', '../../test/database.ts'],
    ['takes the composition into a room', 'src/signals/gate.ts', '../app/pipeline.ts'],
    ['reaches past a door from the composition', 'src/app/pipeline.ts', '../signals/store.ts'],
    ['opens a room nobody planned', 'src/extras/gate.ts', '../platform/db/index.ts'],
  ].map(([title, path, target]) => ({
    title: title!,
    files: { [path!]: `import { x } from '${target}'\n` },
  })),
  allows: [
    ['a neighbour file', 'src/signals/gate.ts', './signal.ts'],
    ['a file deeper in the same room', 'src/platform/db/index.ts', './embedded/open.ts'],
    ['a room below', 'src/sinks/webhook/send.ts', '../../signals/index.ts'],
    ['platform from platform', 'src/platform/http/egress.ts', '../runtime/index.ts'],
    ['everything into main', 'src/main.ts', './sinks/webhook/index.ts'],
    ['every room into the composition', 'src/app/pipeline.ts', '../sinks/webhook/index.ts'],
    ['a test fixture into a test', 'src/signals/store.test.ts', '../../test/database.ts'],
    ['any file into a test that crosses rooms', 'test/crash.test.ts', '../src/signals/store.ts'],
  ].map(([title, path, target]) => ({
    title: title!,
    files: { [path!]: `import { x } from '${target}'\n` },
  })),
}
