/** Holds what comments owe: an opening sentence on each file, and a reason with each thing left to do. */
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest } from './source-file.ts'

export const filesOpenWithTheirIdea: Rule = {
  name: 'a file opens with its one idea',
  instead: 'begin the file with /** one sentence */; if the sentence needs two ideas, split the file',
  check: eachFile(
    (file) => !isTest(file),
    (file, fault) => {
      const start = file.text.replace(/^#!.*\n/, '').trimStart()
      const idea = /^\/\*\*([\s\S]*?)\*\//.exec(start)?.[1]?.replaceAll('*', '').trim() ?? ''
      if (idea.length < 15) fault(1, 'does not open with a docstring that says its idea')
    },
  ),
  refuses: [
    sample('nothing', 'src/signals/gate.ts', 'export {}\n'),
    sample(
      'an import first',
      'src/signals/gate.ts',
      "import { a } from './a.ts'\n/** Decides one signal. */\n",
    ),
    sample('an empty remark', 'src/signals/gate.ts', '/** Gate. */\nexport {}\n'),
  ],
  allows: [
    sample(
      'a sentence',
      'src/signals/gate.ts',
      '/** Decides one signal from what is in memory. */\nexport {}\n',
    ),
    sample(
      'a sentence after the interpreter',
      'src/cli.ts',
      '#!/usr/bin/env node\n/** Reads the command line. */\n',
    ),
  ],
}

export const todosHaveReasons: Rule = {
  name: 'a TODO says for whom and why',
  instead: 'write TODO(#12): and the reason it waits, or do it now',
  check: eachFile(
    () => true,
    (file, fault) => {
      for (const comment of file.comments) {
        const loose = /\b(TODO|FIXME|XXX|HACK)\b(?!\(\S+\): \S.{9,})/.exec(comment.value)
        if (loose) fault(file.lineAt(comment.start), `leaves a ${loose[1]} without a reason`)
      }
    },
  ),
  refuses: [
    sample('a bare TODO', 'src/signals/gate.ts', '// TODO: later\n'),
    sample('a FIXME in a block', 'src/signals/gate.ts', '/** Decides. FIXME */\n'),
  ],
  allows: [
    sample(
      'a TODO with its reason',
      'src/signals/gate.ts',
      '// TODO(#12): waits for the calendar of NSE holidays\n',
    ),
  ],
}
