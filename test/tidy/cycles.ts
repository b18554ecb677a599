/** Finds circles of imports: between files at run time, and between rooms even for types. */
import { roomOf } from './rooms.ts'
import type { Fault, Rule } from './rule.ts'
import { isTest, type SourceFile } from './source-file.ts'

type Graph = Map<string, Map<string, { path: string; line: number }>>

function graphOf(
  files: readonly SourceFile[],
  nodeOf: (path: string) => string | null,
  types: boolean,
): Graph {
  const graph: Graph = new Map()
  for (const file of files) {
    const from = nodeOf(file.path)
    if (from === null || isTest(file)) continue
    for (const edge of file.imports) {
      const to = edge.target === null ? null : nodeOf(edge.target)
      if (to === null || to === from || (edge.typeOnly && !types)) continue
      const out = graph.get(from) ?? new Map<string, { path: string; line: number }>()
      if (!out.has(to)) out.set(to, { path: file.path, line: edge.line })
      graph.set(from, out)
    }
  }
  return graph
}

/** Every circle once, as the nodes along it, by depth-first search. */
function circlesOf(graph: Graph): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const walk = (node: string, trail: string[]): void => {
    const at = trail.indexOf(node)
    if (at >= 0) circles.push([...trail.slice(at), node])
    if (at >= 0 || done.has(node)) return
    for (const next of graph.get(node)?.keys() ?? []) walk(next, [...trail, node])
    done.add(node)
  }
  for (const node of graph.keys()) walk(node, [])
  return circles
}

function faultsIn(graph: Graph): Fault[] {
  return circlesOf(graph).map((circle) => {
    const edge = graph.get(circle[0]!)!.get(circle[1]!)!
    return { ...edge, message: `is part of a circle: ${circle.join(' → ')}` }
  })
}

export const importsFormNoCircle: Rule = {
  name: 'imports form no circle',
  instead: 'move what both need into a file below the two, or pass it in as an argument',
  check: (files) => [
    ...faultsIn(graphOf(files, (path) => (path.startsWith('src/') ? path : null), false)),
    ...faultsIn(graphOf(files, roomOf, true)),
  ],
  refuses: [
    {
      title: 'two files of one room',
      files: {
        'src/signals/gate.ts': "import { b } from './outbox.ts'\n",
        'src/signals/outbox.ts': "import { a } from './gate.ts'\n",
      },
    },
    {
      title: 'two rooms, even for a type and over different files',
      files: {
        'src/platform/db/pool.ts': "import { b } from '../config/index.ts'\n",
        'src/platform/config/read.ts': "import type { A } from '../db/index.ts'\n",
      },
    },
  ],
  allows: [
    {
      title: 'two files of one room that know each other only by type',
      files: {
        'src/signals/gate.ts': "import { b } from './outbox.ts'\n",
        'src/signals/outbox.ts': "import type { A } from './gate.ts'\n",
      },
    },
  ],
}
