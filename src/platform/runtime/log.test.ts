import { describe, expect, it } from 'vitest'
import { createLogger, type LogSettings } from './log.ts'

const CANARY = 'canary7f3a9c'

function logTo(settings: Partial<LogSettings> = {}) {
  let text = ''
  const destination = { write: (chunk: string) => void (text += chunk) }
  const log = createLogger({ level: 'info', format: 'json', destination, ...settings })
  return { log, text: () => text, lines: () => text.trimEnd().split('\n') }
}

describe('createLogger', () => {
  it('writes one JSON object a line with level and time by name', () => {
    const { log, lines } = logTo()
    log.info({ ticker: 'AAPL', prices: ['1.5'], nested: { n: 1 } }, 'decided')
    expect(lines()).toHaveLength(1)
    expect(JSON.parse(lines()[0]!)).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ticker: 'AAPL',
      prices: ['1.5'],
      nested: { n: 1 },
      msg: 'decided',
    })
  })

  it('leaves out what is below its level', () => {
    const { log, text } = logTo({ level: 'warn' })
    log.info('quiet')
    log.warn('loud')
    expect(text()).toContain('loud')
    expect(text()).not.toContain('quiet')
  })

  it.each(['a\n{"level":"error","msg":"forged"}', 'a\r\nb', 'a\u2028b', 'a","level":"fatal'])(
    'writes %j as one line that reads back the same',
    (forged) => {
      const { log, lines } = logTo()
      log.info({ ticker: forged }, forged)
      expect(lines()).toHaveLength(1)
      expect(JSON.parse(lines()[0]!)).toMatchObject({ level: 'info', ticker: forged, msg: forged })
    },
  )
})

describe('a secret', () => {
  const error = Object.assign(new Error(`refused https://user:${CANARY}@host/in?key=${CANARY}`), {
    headers: { authorization: CANARY },
    cause: new Error(`Bearer ${CANARY}`),
  })
  it.each([
    { title: 'a field', entry: { token: CANARY } },
    { title: 'a field in another case', entry: { 'X-Api-Key': CANARY, Set_Cookie: [CANARY], APIKEY: 5 } },
    { title: 'a deep field', entry: { a: { b: { c: [{ passphrase: { x: CANARY } }] } } } },
    {
      title: 'what is too deep to look at',
      entry: { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: CANARY } } } } } } } } } },
    },
    { title: 'an error', entry: { err: error } },
    { title: 'an error under another name', entry: { reason: error } },
    { title: 'the query of an address', entry: { url: `/webhook/in?a=1&key=${CANARY}&b=2` } },
    { title: 'the path of an address', entry: { url: `/hooks/sbx_hook_${CANARY}` } },
    { title: 'a signing secret', entry: { text: `whsec_${CANARY}` } },
    { title: 'a password in an address', entry: { database: `postgres://me:${CANARY}@host/db` } },
  ])('does not leave in $title', ({ entry }) => {
    const { log, text } = logTo()
    log.info(entry, 'entry')
    expect(text()).not.toContain(CANARY)
    expect(JSON.parse(text())).toMatchObject({ msg: 'entry' })
  })

  it('does not leave in a message, a thrown error or the bindings of a child', () => {
    const { log, lines, text } = logTo()
    log.info(`calling with Bearer ${CANARY}, then "sbx_admin_${CANARY}"`)
    log.error(error)
    log.child({ token: CANARY, headers: { authorization: CANARY } }).info('child')
    expect(text()).not.toContain(CANARY)
    expect(lines().map((line) => JSON.parse(line).msg)).toEqual([
      'calling with Bearer ***, then "sbx_admin_***"',
      'refused https://user:***@host/in?key=***',
      'child',
    ])
  })

  it('leaves words alone that only contain a secret word', () => {
    const { log, text } = logTo()
    const entry = { keyId: 'k1', tokenShown: '…1234', monkey: 'a', at: new Date(0) }
    log.info(entry, 'key rotated: token=none')
    expect(JSON.parse(text())).toMatchObject({
      ...entry,
      at: '1970-01-01T00:00:00.000Z',
      msg: 'key rotated: token=none',
    })
  })
})

describe('pretty format', () => {
  it('shows a person the message, hides secrets and shows control characters instead of obeying them', () => {
    const { log, text } = logTo({ format: 'pretty' })
    log.warn({ ticker: 'A\u001b[31mB', token: CANARY }, 'one\nINFO: forged \u001b[2J')
    expect(text()).toMatch(/WARN/)
    expect(text()).toContain('one\\nINFO: forged \\u001b[2J')
    expect(text()).not.toContain('\u001b')
    expect(text()).not.toContain(CANARY)
  })
})
