/** Keeps test titles present-tense sentences about what the program does. */
import { Visitor, type Node } from 'oxc-parser'
import { eachFile, sample, type Rule } from './rule.ts'
import { isTest } from './source-file.ts'

const hedges = /\b(should|shall|must|will|works|correctly|properly|as expected)\b/i
const notSentences = /^(tests?|checks? that|verif(y|ies)|ensures?|it|make sure|can)\b/i

/** Proper nouns a title may begin with; a word with a second capital, a digit or a sign is an identifier. */
const properNouns = new Set([
  'Alertmanager',
  'Binance',
  'Chartink',
  'Chromium',
  'Elite',
  'Finviz',
  'Kite',
  'Node',
  'Prometheus',
  'Redis',
  'Standard',
])

/** What is wrong with a title, or null. Placeholders of a table (`$name`, `%s`) count as words. */
function titleFault(title: string): string | null {
  const hedge = hedges.exec(title) ?? notSentences.exec(title)
  if (hedge) return `says "${hedge[0]}"`
  const first = title.split(/[\s:,]/)[0]!
  if (/^[A-Z][a-z]+$/.test(first) && !properNouns.has(first)) return 'begins with a capital'
  if (/[.!]$/.test(title)) return 'ends in a full stop'
  return title.trim() === '' ? 'is empty' : null
}

export const titlesAreSentences: Rule = {
  name: 'a test title is a present-tense sentence',
  instead:
    'say what the program does, in lower case: "refuses a second signal with the same key inside the window"',
  check: eachFile(isTest, (file, fault) => {
    new Visitor({
      CallExpression(node) {
        const callee = file.text.slice(node.callee.start, node.callee.end)
        const match = /^(it|test|describe|suite)\b/.exec(callee)
        const title = match ? textOf(node.arguments[0]) : null
        if (title === null) return
        const message = titleFault(title)
        const isCase = match![1] === 'it' || match![1] === 'test'
        if (message) fault(file.lineAt(node.start), `"${title}" ${message}`)
        else if (isCase && !/[\s$%]/.test(title))
          fault(file.lineAt(node.start), `"${title}" is one word, not a sentence`)
      },
    }).visit(file.program)
  }),
  refuses: [
    sample('a hope', 'src/a.test.ts', "it('should work', () => {})\n"),
    sample('a hope in a table', 'src/a.test.ts', "it.each([1])('should give %s', () => {})\n"),
    sample('a capital', 'src/a.test.ts', "it('Refuses a second signal', () => {})\n"),
    sample('a word', 'src/a.test.ts', "it('parsing', () => {})\n"),
    sample('an assurance', 'src/a.test.ts', "it('parses dates correctly', () => {})\n"),
    sample('a hope in a template', 'src/a.test.ts', 'it(`should give ${1}`, () => {})\n'),
  ],
  allows: [
    sample('a sentence', 'src/a.test.ts', "it('refuses a second signal', () => {})\n"),
    sample('an identifier', 'src/a.test.ts', "it('POST /webhook/in answers 202', () => {})\n"),
    sample('a row of a table', 'src/a.test.ts', "it.each([1])('$title', () => {})\n"),
    sample('a name as suite', 'src/a.test.ts', "describe('gate', () => {})\n"),
  ],
}

function textOf(node: Node | undefined): string | null {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral') return node.quasis.map((quasi) => quasi.value.cooked ?? '').join('$')
  return null
}
