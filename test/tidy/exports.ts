/** Keeps exports explicit: by name, one by one. */
import { Visitor } from 'oxc-parser'
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest } from './source-file.ts'

const wantedByTool = (path: string): boolean => path.endsWith('.config.ts')

export const exportsAreNamed: Rule = {
  name: 'everything is exported by its name',
  instead:
    'export { name } from the file that defines it; a default export only where a tool insists (*.config.ts)',
  check: eachFile(
    (file) => !isTest(file),
    (file, fault) => {
      new Visitor({
        ExportAllDeclaration(node) {
          fault(file.lineAt(node.start), 'exports * from another file')
        },
        ExportDefaultDeclaration(node) {
          if (!wantedByTool(file.path)) fault(file.lineAt(node.start), 'has a default export')
        },
      }).visit(file.program)
    },
  ),
  refuses: [
    sample('a star', 'src/signals/index.ts', "export * from './gate.ts'\n"),
    sample('a star by name', 'src/signals/index.ts', "export * as gate from './gate.ts'\n"),
    sample('a default', 'src/signals/gate.ts', 'export default 5\n'),
  ],
  allows: [
    sample('names', 'src/signals/index.ts', "export { gate } from './gate.ts'\n"),
    sample('a config file', 'vitest.config.ts', 'export default {}\n'),
  ],
}
