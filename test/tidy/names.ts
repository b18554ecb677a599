/** Bans drawers: files and folders whose name says nothing, where the rest would pile up. */
import { eachFile, sample, type Rule } from './rule.ts'

const drawers = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'misc',
  'lib',
  'core',
  'manager',
  'service',
]
const banned = new Set([...drawers, 'handler', 'handlers', 'managers', 'types', 'constants', 'interfaces'])

export const namesSayWhatIsInside: Rule = {
  name: 'a file or folder is named for what is inside, in kebab-case',
  instead: 'name it for the one thing it does or is; put the function into the room that owns its noun',
  check: eachFile(
    () => true,
    (file, fault) => {
      for (const part of file.path.split('/')) {
        const stem = part.replace(/\.(test\.|config\.|bench\.)?ts$/, '')
        const drawer = stem.split('-').find((word) => banned.has(word)) ?? (banned.has(stem) ? stem : null)
        if (drawer) fault(1, `is named "${stem}": "${drawer}" is a drawer`)
        if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) fault(1, `is named "${stem}": not kebab-case`)
      }
    },
  ),
  refuses: [
    sample('a drawer', 'src/signals/utils.ts', 'export {}\n'),
    sample('a folder that is a drawer', 'src/shared/side.ts', 'export {}\n'),
    sample('a drawer with a label', 'src/signals/signal-helpers.ts', 'export {}\n'),
    sample('a test of a drawer', 'src/signals/types.test.ts', 'export {}\n'),
    sample('camel case', 'src/signals/signalGate.ts', 'export {}\n'),
  ],
  allows: [
    sample('a verb', 'src/sinks/webhook/send-delivery.ts', 'export {}\n'),
    sample('a test beside it', 'src/sinks/webhook/send-delivery.test.ts', 'export {}\n'),
  ],
}
