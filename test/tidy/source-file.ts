/** One parsed source file: its text, its syntax tree, and what it imports. */
import { dirname, join, normalize } from 'node:path/posix'
import { parseSync, Visitor, type Comment, type Program } from 'oxc-parser'

/** One edge out of a file: an import, a re-export, a type import, or a worker opened with `new URL(...)`. */
export interface ImportEdge {
  /** As written: `node:fs`, `pg`, `../signals/index.ts`. */
  specifier: string
  /** The file it means, relative to the project (`src/signals/index.ts`), or null for a package. */
  target: string | null
  /** Names taken, as the other file calls them; `*` for a whole module. */
  names: string[]
  /** True when nothing of it is left at run time. */
  typeOnly: boolean
  line: number
}

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  path: string
  text: string
  lines: readonly string[]
  program: Program
  comments: readonly Comment[]
  imports: readonly ImportEdge[]
  /** The 1-based line an offset of the text is on. */
  lineAt(offset: number): number
}

/** Parses one file. One that does not parse throws its first syntax error: no rule may pass it by. */
export function parseFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text)
  const [error] = errors
  if (error) throw new Error(`${path} does not parse: ${error.message}`)
  const lineAt = lineFinder(text)
  const lines = text.replace(/\n$/, '').split('\n')
  return { path, text, lines, program, comments, imports: importsOf(path, program, lineAt), lineAt }
}

export const isTest = (file: Pick<SourceFile, 'path'>): boolean => file.path.endsWith('.test.ts')
export const isUnder = (file: Pick<SourceFile, 'path'>, folder: string): boolean =>
  file.path.startsWith(`${folder}/`)

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

function importsOf(path: string, program: Program, lineAt: (offset: number) => number): ImportEdge[] {
  const edges: ImportEdge[] = []
  const add = (source: { value: unknown; start: number }, names: string[], typeOnly: boolean) => {
    const specifier = String(source.value)
    const target = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : null
    edges.push({ specifier, target, names, typeOnly, line: lineAt(source.start) })
  }
  new Visitor({
    ImportDeclaration(node) {
      const values = node.specifiers.filter((s) => s.type !== 'ImportSpecifier' || s.importKind !== 'type')
      const typeOnly = node.importKind === 'type' || (node.specifiers.length > 0 && values.length === 0)
      add(node.source, (typeOnly ? node.specifiers : values).map(importedName), typeOnly)
    },
    ExportNamedDeclaration(node) {
      if (node.source)
        add(
          node.source,
          node.specifiers.map((s) => nameOf(s.local)),
          node.exportKind === 'type',
        )
    },
    ExportAllDeclaration(node) {
      add(node.source, ['*'], node.exportKind === 'type')
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal') add(node.source, ['*'], false)
    },
    TSImportType(node) {
      add(node.source, ['*'], true)
    },
    NewExpression(node) {
      const [first] = node.arguments
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL' || first?.type !== 'Literal') return
      if (typeof first.value === 'string' && /^\.\.?\/.*\.ts$/.test(first.value)) add(first, ['*'], false)
    },
  }).visit(program)
  return edges
}

type Named = { type: string; name?: string; value?: unknown }
const nameOf = (node: Named): string => node.name ?? String(node.value)
const importedName = (specifier: { type: string; imported?: Named }): string => {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default'
  return specifier.imported ? nameOf(specifier.imported) : '*'
}
