import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { secret } from './secret.ts'

describe('a secret', () => {
  const hidden = secret('canary')

  it('is told to who asks for it', () => {
    expect(hidden.reveal()).toBe('canary')
  })

  it.each([
    ['a text', `${hidden}`],
    ['a sum', '' + String(hidden)],
    ['JSON', JSON.stringify({ hidden })],
    ['an inspection', inspect({ hidden }, { depth: 9, showHidden: true })],
    ['a format', format('%s %o %j', hidden, hidden, hidden)],
    [
      'its keys',
      Object.values(hidden)
        .filter((value) => typeof value === 'string')
        .join(),
    ],
  ])('is not told by %s', (_, text) => {
    expect(text).not.toContain('canary')
  })

  it('prints as three stars', () => {
    expect([String(hidden), JSON.stringify(hidden), inspect(hidden)]).toEqual(['***', '"***"', '***'])
  })
})
