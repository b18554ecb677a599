import { expect, it } from 'vitest'
import { passwordFault } from './user.ts'

const about = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' }

it.each([
  ['correct horse battery', null],
  ['Пароль и ещё слово', null],
  ['gx7-quiet-barn-elm', null],
  ['too short', 'shorter than 12'],
  ['x'.repeat(201), 'longer than 200'],
  ['aaaabbbbaaaabbbb', 'too few'],
  ['unbelievable', 'commonest'],
  ['Password1234!', 'commonest'],
  ['!!Sunshine2026', 'commonest'],
  ['letmeinletmein', 'commonest'],
  ['signalbox-2026', 'commonest'],
  ['1234567890ab', 'commonest'],
  ['ada.lovelace1', 'your own name'],
])('judges %j: %j', (password, fault) => {
  expect(passwordFault(password, about) ?? '').toContain(fault ?? '')
  expect(passwordFault(password, about) === null).toBe(fault === null)
})
