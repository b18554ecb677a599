/** Keeps SQL in the stores. */
import { Visitor, type Node } from 'oxc-parser'
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest, isUnder } from './source-file.ts'

const statement =
  /^\s*(with\s+\w+\s+as\b|select\s[\s\S]*\bfrom\b|insert\s+into\b|update\s+\w+\s+set\b|delete\s+from\b|truncate\s+\w|create\s+(table|index)\b)/i

export const sqlLivesInStores: Rule = {
  name: 'SQL lives in store.ts',
  instead: 'give the statement a named function in the store.ts of its room (or a *-store.ts) and call that',
  check: eachFile(
    (file) =>
      isUnder(file, 'src') &&
      !isTest(file) &&
      !isUnder(file, 'src/platform') &&
      !/(^|[/-])store\.ts$|\/store\//.test(file.path),
    (file, fault) => {
      const look = (node: Node, text: string) => {
        if (statement.test(text)) fault(file.lineAt(node.start), 'holds a statement of SQL')
      }
      new Visitor({
        TemplateLiteral: (node) => look(node, node.quasis.map((quasi) => quasi.value.cooked ?? '').join('$')),
        Literal: (node) => (typeof node.value === 'string' ? look(node, node.value) : undefined),
      }).visit(file.program)
    },
  ),
  refuses: [
    sample('a route that selects', 'src/signals/routes.ts', "export const q = 'select id from signals'\n"),
    sample(
      'a role that updates',
      'src/signals/role.ts',
      'export const q = `\n  update lanes set due_at = ${1}`\n',
    ),
  ],
  allows: [
    sample('a store', 'src/signals/outbox/store.ts', "export const q = 'select id from signals'\n"),
    sample('a sentence', 'src/signals/reason.ts', "export const q = 'select a ticker, then update it'\n"),
  ],
}
