/** Keeps files, functions and lines small. */
import { Visitor, type Node } from 'oxc-parser'
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest, isUnder, type SourceFile } from './source-file.ts'

/** The formatter holds code to 110; comments and texts may be a little longer. */
const limits = { fileLines: 300, fileLinesWithReason: 400, functionLines: 70, lineLength: 130 }

/**
 * Files that may be longer than 300 lines, with the number they may have. A number may only shrink. A file
 * over 400 lines must also say why in its head: `Long because ...`.
 */
export const longFiles: Readonly<Record<string, { lines: number; reason: string }>> = {}

/**
 * Functions that may be longer than 70 lines: plugins that list their routes one below the other, and factories whose
 * closures share a state. A number may only shrink.
 */
const longFunctions: Readonly<Record<string, number>> = {
  'src/platform/http/operations.ts': 75,
  'src/platform/db/embedded/open.ts': 105,
  'bench/load.ts': 85,
  'src/signals/outbox/deliverer.ts': 150,
  'src/sources/manual/routes.ts': 95,
  'src/app/pipeline.ts': 150,
  'src/app/gateway.ts': 100,
  'src/app/status.ts': 75,
}

export const filesAreShort: Rule = {
  name: `a file has at most ${limits.fileLines} lines`,
  instead:
    'split it by what it does, one verb a file; a table that cannot be split is listed with its reason in ' +
    'test/tidy/size.ts, and over 400 lines its head says "Long because ..."',
  check: eachFile(
    () => true,
    (file, fault) => {
      const length = file.lines.length
      const allowed = longFiles[file.path]?.lines ?? limits.fileLines
      if (length > allowed) fault(allowed + 1, `has ${length} lines, ${allowed} are allowed`)
      else if (length > limits.fileLinesWithReason && !/Long because \S.{15,}/.test(headOf(file))) {
        fault(1, `has ${length} lines and no "Long because ..." in its head`)
      }
    },
  ),
  refuses: [sample('301 lines', 'src/signals/gate.ts', 'export {}\n'.repeat(301))],
  allows: [sample('300 lines', 'src/signals/gate.ts', 'export {}\n'.repeat(300))],
}

const headOf = (file: SourceFile): string => file.comments[0]?.value ?? ''

export const functionsAreShort: Rule = {
  name: `a function has at most ${limits.functionLines} lines`,
  instead: 'give a step of it a name and a function of its own; what varies in rows becomes a table',
  check: eachFile(
    () => true,
    (file, fault) => {
      const suites = isTest(file) || isUnder(file, 'test') ? suiteBodies(file) : new Set<Node>()
      const look = (node: Node) => {
        const first = file.lineAt(node.start)
        const length = file.lineAt(node.end - 1) - first + 1
        if (length > (longFunctions[file.path] ?? limits.functionLines) && !suites.has(node))
          fault(first, `holds a function of ${length} lines`)
      }
      new Visitor({
        FunctionDeclaration: look,
        FunctionExpression: look,
        ArrowFunctionExpression: look,
      }).visit(file.program)
    },
  ),
  refuses: [
    sample('71 lines', 'src/signals/gate.ts', `export function a() {\n${'  a()\n'.repeat(69)}}\n`),
    sample(
      'an arrow of 71 lines',
      'src/signals/gate.ts',
      `export const a = () => {\n${'  a()\n'.repeat(69)}}\n`,
    ),
    sample('a test of 71 lines', 'src/a.test.ts', `it('waits', () => {\n${'  a()\n'.repeat(69)}})\n`),
  ],
  allows: [
    sample('70 lines', 'src/signals/gate.ts', `export function a() {\n${'  a()\n'.repeat(68)}}\n`),
    sample('a long suite of tests', 'src/a.test.ts', `describe('a', () => {\n${'  a()\n'.repeat(99)}})\n`),
  ],
}

/** The function given to a `describe`: a list of tests, not a function anybody calls. */
function suiteBodies(file: SourceFile): Set<Node> {
  const bodies = new Set<Node>()
  new Visitor({
    CallExpression(node) {
      const callee = file.text.slice(node.callee.start, node.callee.end)
      const last = node.arguments.at(-1)
      if (/^(describe|suite)/.test(callee) && last) bodies.add(last)
    },
  }).visit(file.program)
  return bodies
}

export const linesAreShort: Rule = {
  name: `a line has at most ${limits.lineLength} characters, SQL and long strings apart`,
  instead: 'let oxfmt break it; break a comment by hand; shorten the thought',
  check: eachFile(
    () => true,
    (file, fault) => {
      const strings = stringSpans(file)
      let offset = 0
      file.lines.forEach((line, index) => {
        const edge = offset + limits.lineLength
        const excused =
          strings.some(([start, end]) => start < edge && edge <= end) || /https?:\/\/\S{40,}/.test(line)
        if (line.length > limits.lineLength && !excused) fault(index + 1, `has ${line.length} characters`)
        offset += line.length + 1
      })
    },
  ),
  refuses: [
    sample('a long comment', 'src/signals/gate.ts', `// ${'word '.repeat(30)}\n`),
    sample('a long sum', 'src/signals/gate.ts', `export const n = ${'1 + '.repeat(40)}1\n`),
  ],
  allows: [
    sample(
      'a long statement of SQL',
      'src/signals/store.ts',
      `export const q = \`select ${'a, '.repeat(50)}b from t\`\n`,
    ),
    sample('a long text', 'src/signals/reason.ts', `export const q = 'a ${'long '.repeat(50)} text'\n`),
  ],
}

function stringSpans(file: SourceFile): [number, number][] {
  const spans: [number, number][] = []
  const add = (node: Node) => {
    spans.push([node.start, node.end])
  }
  new Visitor({
    TemplateLiteral: add,
    Literal(node) {
      if (typeof node.value === 'string' || 'regex' in node) add(node)
    },
  }).visit(file.program)
  return spans
}
