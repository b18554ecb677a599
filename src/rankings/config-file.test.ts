import { expect, it } from 'vitest'
import { readConfig } from './config-file.ts'

it.each([
  ['takes what it says and nothing else', '{"top_n": 20}', { change: { top_n: 20 } }],
  ['refuses a wrong kind by its name', '{"top_n": "many"}', { faults: [expect.stringContaining('top_n')] }],
  ['refuses an unknown name', '{"topn": 3}', { faults: [expect.stringContaining('topn')] }],
  ['refuses what is not JSON', '{top_n: 3}', { faults: [expect.stringContaining('not JSON')] }],
])('the config file %s', (_title, text, outcome) => {
  expect(readConfig(text)).toEqual(outcome)
})

it('the config file is told all its faults at once', () => {
  const read = readConfig('{"top_n": -1, "refresh": 0, "url": "ftp://x"}')
  expect('faults' in read ? read.faults.length : 0).toBe(3)
})
