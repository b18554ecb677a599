import { expect, it } from 'vitest'
import { csvCell } from './export.ts'

it.each([
  ['leaves a plain text alone', 'AAPL', 'AAPL'],
  ['quotes a comma', 'a,b', '"a,b"'],
  ['doubles a quote', 'a"b', '"a""b"'],
  ['disarms a formula', '=cmd()', "'=cmd()"],
  ['disarms a formula behind a tab', '\t=1', "'\t=1"],
  ['leaves a negative number a number', '-1.5', '-1.5'],
  ['leaves nothing empty', null, ''],
])('a CSV cell %s', (_title, value, cell) => {
  expect(csvCell(value)).toBe(cell)
})
