/** Keeps a room's core pure: which kinds of file may do I/O or read a clock, chance or the environment. */
import { Visitor, type Node } from 'oxc-parser'
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest, isUnder, type ImportEdge, type SourceFile } from './source-file.ts'

/**
 * Files that do I/O under a name of their own, with the reason. A name says what the file does to the world
 * (`fetch-page.ts`).
 */
export const adapters: Readonly<Record<string, string>> = {
  'src/signals/journal/journal.ts': 'stamps what it commits: the id of a signal is its time',
  'src/signals/outbox/deliverer.ts': 'the rhythm of leasing, renewing and letting go is what it is',
  'src/signals/outbox/lane-inbox.ts': 'waits for its next row',
  'src/signals/outbox/lane.ts': 'checks its lease and the age of a delivery right before each attempt',
  'src/signals/outbox/permits.ts': 'wakes waiters when the database says that a permit is free',
  'src/signals/redecide/reprocess.ts': 'runs when the ranking changes, on what is recent then',
  'src/sinks/webhook/send.ts': 'the HTTP adapter: signs with the time of the attempt',
  'src/sources/manual/sell-desk.ts': 'stamps the receipt of what a person asks for',
  'src/sources/webhook/intake.ts': 'stamps the receipt of a request',
  'src/rankings/config-file.ts': 'reads and watches the config file',
  'src/sinks/stream/desk.ts': 'looks after connections each second',
  'src/accounts/account-ports.ts': 'dates what it writes into the audit log',
  'src/accounts/identify.ts': 'looks up who calls, at each call',
  'src/accounts/sessions/log-in.ts': 'goes through the steps of a login',
  'src/accounts/users/password.ts': 'salts passwords',
  'src/accounts/second-factor/totp.ts': 'makes secrets and recovery codes',
  'src/rankings/screener-client.ts': 'asks screeners, within their limits',
  'src/rankings/read-source.ts': 'waits before it asks a screener again that was asked too fast',
  'src/rankings/look.ts': 'takes turns at looking, and dates what it saw',
  'src/sources/webhook/refusal-log.ts': 'stamps what it keeps',
  'src/sources/webhook/key-ring.ts': 'holds the keys in memory and makes new ones',
}

/** What of a worldly module is pure. */
const pureNames = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'])

const product = (file: SourceFile): boolean => isUnder(file, 'src') && !isTest(file)

/** The kinds of file that face the world, by name: alone, with a label before it, or as a folder of them. */
const worldlyNames = /[/-](store|routes|role)\.ts$|\/(store|feeds|providers|brokers)\//

function mayTouchTheWorld({ path }: SourceFile): boolean {
  const outside = /^src\/(main\.ts$|cli\.ts$|app\/|platform\/)/.test(path)
  return outside || worldlyNames.test(path) || path in adapters
}

const worldlyModules =
  /^(node:(fs|fs\/promises|net|tls|http|https|http2|dgram|dns|dns\/promises|child_process|worker_threads|cluster|readline|timers|timers\/promises)|undici|pg|ws|@electric-sql\/.*)$/
const clockNames = new Set(['nowMs', 'monotonicMs', 'sleep', 'after', 'every', 'random', '*'])
const chanceNames = new Set([
  'randomBytes',
  'randomInt',
  'randomUUID',
  'randomFillSync',
  'getRandomValues',
  '*',
])

function worldlyImport(edge: ImportEdge): string | null {
  if (edge.typeOnly) return null
  const onlyPure = edge.specifier === 'node:net' && edge.names.every((name) => pureNames.has(name))
  if (worldlyModules.test(edge.specifier) && !onlyPure) return `imports ${edge.specifier}`
  const named = (names: Set<string>) => edge.names.filter((name) => names.has(name))
  const drawn = edge.specifier === 'node:crypto' ? named(chanceNames) : []
  const read = edge.target?.startsWith('src/platform/runtime/') ? named(clockNames) : []
  const taken = [...drawn, ...read]
  return taken.length > 0 ? `takes ${taken.join(', ')} from ${edge.specifier}` : null
}

/** Each place where a file does I/O, reads a clock or draws chance. */
export function worldlyUses(file: SourceFile): { line: number; message: string }[] {
  const uses: { line: number; message: string }[] = []
  for (const edge of file.imports) {
    const message = worldlyImport(edge)
    if (message) uses.push({ line: edge.line, message })
  }
  onGlobals(file, new Set(['fetch', 'WebSocket', 'crypto']), (node, name) => {
    uses.push({ line: file.lineAt(node.start), message: `uses the global ${name}` })
  })
  return uses
}

export const roomsAreInwardlyPure: Rule = {
  name: 'only store.ts, routes.ts, role.ts and named adapters do I/O, read a clock or draw chance',
  instead:
    'take nowMs, chance or the data as an argument and let role.ts, routes.ts or store.ts do the reading; ' +
    'an adapter is named for what it does and listed with its reason in test/tidy/purity.ts',
  check: eachFile(
    (file) => product(file) && !mayTouchTheWorld(file),
    (file, fault) => {
      for (const { line, message } of worldlyUses(file)) fault(line, message)
    },
  ),
  refuses: [
    sample('a gate that reads a file', 'src/signals/gate.ts', "import { readFileSync } from 'node:fs'\n"),
    sample(
      'a gate that reads the clock',
      'src/signals/gate.ts',
      "import { nowMs } from '../platform/runtime/index.ts'\n",
    ),
    sample('a gate that draws chance', 'src/signals/gate.ts', "import { randomUUID } from 'node:crypto'\n"),
    sample(
      'a parser that fetches',
      'src/rankings/parse-page.ts',
      "export const page = () => fetch('http://localhost')\n",
    ),
    sample('a retry that opens a pool', 'src/sinks/webhook/retry.ts', "import pg from 'pg'\n"),
  ],
  allows: [
    sample('a store', 'src/signals/store.ts', "import { nowMs } from '../platform/runtime/index.ts'\n"),
    sample('a role', 'src/rankings/role.ts', "import { every } from '../platform/runtime/index.ts'\n"),
    sample('a hash', 'src/accounts/token.ts', "import { createHash } from 'node:crypto'\n"),
    sample('a type', 'src/signals/gate.ts', "import type { Dispatcher } from 'undici'\n"),
    sample('a list of networks', 'src/accounts/networks.ts', "import { BlockList, isIP } from 'node:net'\n"),
    sample('a test', 'src/signals/gate.test.ts', "import { readFileSync } from 'node:fs'\n"),
  ],
}

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'Math'])
const ambient = new Set(['Date.now', 'performance.now', 'Math.random', 'performance.timeOrigin'])

export const timeAndChanceAreTaken: Rule = {
  name: 'nobody but platform/runtime reads the clock, sets a timer or draws from Math.random',
  instead:
    'use nowMs, monotonicMs, sleep, after, every or random of src/platform/runtime, so that a test can hold the clock',
  check: eachFile(
    (file) => product(file) && !isUnder(file, 'src/platform/runtime'),
    (file, fault) => {
      onGlobals(file, timers, (node, name, parent) => {
        const used = ambientUse(name, parent)
        if (used) fault(file.lineAt(node.start), `uses ${used}`)
      })
      for (const edge of file.imports) {
        if (/^node:(timers|perf_hooks)/.test(edge.specifier)) fault(edge.line, `imports ${edge.specifier}`)
      }
    },
  ),
  refuses: [
    sample('a clock', 'src/signals/store.ts', 'export const late = () => Date.now() > 5\n'),
    sample('a new Date of now', 'src/signals/store.ts', 'export const at = new Date()\n'),
    sample('an interval', 'src/rankings/role.ts', 'setInterval(() => {}, 5)\n'),
    sample('a timer of a global object', 'src/rankings/role.ts', 'globalThis.setTimeout(() => {}, 5)\n'),
    sample(
      'a timer by import',
      'src/rankings/role.ts',
      "import { setTimeout } from 'node:timers/promises'\n",
    ),
    sample('a stopwatch', 'src/platform/http/server.ts', 'export const start = performance.now()\n'),
    sample('a die', 'src/platform/http/server.ts', 'export const jitter = Math.random()\n'),
  ],
  allows: [
    sample('the clock itself', 'src/platform/runtime/clock.ts', 'export const nowMs = () => Date.now()\n'),
    sample(
      'a date of a known time',
      'src/signals/iso.ts',
      'export const iso = (ms: number) => new Date(ms).toISOString()\n',
    ),
    sample('arithmetic', 'src/signals/iso.ts', 'export const floor = (n: number) => Math.floor(n)\n'),
    sample('a word in a text', 'src/signals/iso.ts', "export const text = 'Date.now() and setTimeout()'\n"),
  ],
}

function ambientUse(name: string, parent: Node | null): string | null {
  if (name.startsWith('set')) return name
  if (parent?.type === 'MemberExpression' && parent.property.type === 'Identifier') {
    const member = `${name}.${parent.property.name}`
    return ambient.has(member) ? member : null
  }
  if (name === 'Date' && parent?.type === 'NewExpression')
    return parent.arguments.length === 0 ? 'new Date()' : null
  return name === 'Date' && parent?.type === 'CallExpression' ? 'Date()' : null
}

export const environmentIsReadOnce: Rule = {
  name: 'only platform/config and the composition root read the environment',
  instead: 'declare the setting in src/platform/config and take it from the config object',
  check: eachFile(
    (file) => product(file) && !isUnder(file, 'src/platform/config') && !roomless(file),
    (file, fault) => {
      new Visitor({
        MemberExpression(node) {
          const { object, property } = node
          if (object.type !== 'Identifier' || object.name !== 'process' || property.type !== 'Identifier')
            return
          if (property.name === 'env') fault(file.lineAt(node.start), 'reads process.env')
        },
      }).visit(file.program)
      for (const edge of file.imports) {
        if (edge.specifier === 'node:process' && edge.names.includes('env')) fault(edge.line, 'imports env')
      }
    },
  ),
  refuses: [
    sample(
      'a store that reads a setting',
      'src/signals/store.ts',
      'export const n = process.env.TIMEOUT || 30\n',
    ),
  ],
  allows: [sample('the config', 'src/platform/config/read.ts', 'export const raw = process.env\n')],
}

const roomless = (file: SourceFile): boolean => file.path === 'src/main.ts' || file.path === 'src/cli.ts'

/** Calls back for each use of a global by name: bare, or as a member of `globalThis`; not for keys. */
function onGlobals(
  file: SourceFile,
  names: ReadonlySet<string>,
  found: (node: Node, name: string, parent: Node | null) => void,
): void {
  const declared = new Set(file.imports.flatMap((edge) => edge.names))
  visitWithParent(file.program, null, (node, parent) => {
    if (
      node.type === 'MemberExpression' &&
      node.object.type === 'Identifier' &&
      node.object.name === 'globalThis'
    ) {
      if (node.property.type === 'Identifier' && names.has(node.property.name))
        found(node, node.property.name, parent)
      return
    }
    if (node.type !== 'Identifier' || !names.has(node.name) || declared.has(node.name)) return
    if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return
    if (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand) return
    if (parent?.type.startsWith('TS') || parent?.type === 'ImportSpecifier') return
    found(node, node.name, parent)
  })
}

function visitWithParent(
  node: Node,
  parent: Node | null,
  visit: (node: Node, parent: Node | null) => void,
): void {
  visit(node, parent)
  for (const child of Object.values(node)) {
    for (const one of Array.isArray(child) ? child : [child]) {
      if (isNode(one)) visitWithParent(one, node, visit)
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  typeof value.type === 'string' &&
  'start' in value
