import { describe, expect, it } from 'vitest'
import { readPayload } from './index.ts'
import { decideSide, isUnsupported, readSideWord } from './side.ts'

describe('words of a side', () => {
  it.each([
    ...['buy', 'BUY', ' Buy ', 'long', 'Long', 'enter', 'add', 'entry', 'bullish', 'UPTREND'].map((word) => [
      word,
      'buy',
    ]),
    ...['cover', 'buy to cover', 'exit_short', 'short_exit', 'close short', 'Strong Buy', 'Buy Signal'].map(
      (word) => [word, 'buy'],
    ),
    ...['enter_long', 'long_entry', 'open-long', 'BUY_TO_OPEN'].map((word) => [word, 'buy']),
    ...['sell', 'SELL', 'short', 'exit', 'close', 'flat', 'bearish', 'Downtrend', 'liquidate'].map((word) => [
      word,
      'sell',
    ]),
    ...[
      'enter_short',
      'short_entry',
      'exit_long',
      'long_exit',
      'Close Long',
      'sell short',
      'close_position',
    ].map((word) => [word, 'sell']),
  ])('%j is a %s', (text, side) => {
    const word = readSideWord(text!)
    expect(word && decideSide([word])).toBe(side)
  })

  it.each([
    [''],
    ['hodl'],
    ['buy sell'],
    ['long short'],
    ['signal'],
    ['buy AAPL'],
    ['b'],
    ['1'],
    ['buy'.repeat(20)],
  ])('%j is none', (text) => {
    expect(readSideWord(text)).toBeUndefined()
  })

  it.each([['cancel'], ['Cancel All'], ['subscribe_orders'], ['start']])(
    '%s is known and not taken',
    (text) => {
      expect(isUnsupported(text)).toBe(true)
      expect(readSideWord(text)).toBeUndefined()
    },
  )
})

describe('several fields', () => {
  it.each([
    [{ action: 'sell', sentiment: 'flat' }, 'sell'],
    [{ action: 'buy', sentiment: 'flat' }, 'buy'],
    [{ action: 'sell', sentiment: 'bearish' }, 'sell'],
    [{ action: 'add', sentiment: 'bearish' }, 'sell'],
    [{ action: 'exit', sentiment: 'flat' }, 'sell'],
    [{ action: 'exit', prev_market_position: 'short' }, 'buy'],
    [{ action: 'exit', side: 'long' }, 'sell'],
    [{ action: 'exit', side: 'short' }, 'buy'],
    [{ action: 'entry', side: 'short' }, 'sell'],
    [{ action: 'close', side: 'sell' }, 'sell'],
    [{ side: 'sell', direction: 'long' }, 'sell'],
    [{ side: 'buy', type: 'market' }, 'buy'],
    [{ side: 'buy', signal: 'RSI cross' }, 'buy'],
    [{ side: 'BUY', positionSide: 'SHORT' }, 'buy'],
    [{ type: 'exit', direction: 'Short' }, 'buy'],
    [{ type: 'buy' }, 'buy'],
    [{ sentiment: 'bearish' }, 'sell'],
    [{ market_position: 'long' }, 'buy'],
    [{ market_position: 'flat' }, 'sell'],
    [{ market_position: 'flat', prev_market_position: 'short' }, 'buy'],
    [{ strategy: { order_action: 'sell', market_position: 'flat' } }, 'sell'],
    [{ 'strategy-order-action': 'sell' }, 'sell'],
    [{ order: { side: 'sell', amount: 1 } }, 'sell'],
    [{ side: 'buy', action: 'close' }, 'conflicting-side'],
    [{ side: 'buy', type: 'sell' }, 'conflicting-side'],
    [{ side: 'long', direction: 'short' }, 'conflicting-side'],
    [{ type: 'market' }, 'missing-side'],
    [{ type: 'order_update', side: 'buy' }, 'unsupported-action'],
    [{ side: 'up', type: 'market' }, 'unknown-side'],
  ])('%j is %s', (fields, told) => {
    const payload = readPayload({ text: JSON.stringify({ ticker: 'A', ...fields }), nowMs: 0 })
    const item = payload.outcome === 'signals' ? payload.items[0]! : payload
    expect('draft' in item ? item.draft.side : 'code' in item && item.code).toBe(told)
  })

  it('keeps the position the sender expects as metadata', () => {
    const text = JSON.stringify({ ticker: 'A', action: 'buy', sentiment: 'flat', type: 'market' })
    expect(readPayload({ text, nowMs: 0 })).toMatchObject({
      items: [{ draft: { side: 'buy', metadata: { sentiment: 'flat', type: 'market' } } }],
    })
  })

  it('takes the default of the key only where nothing is said', () => {
    const read = (body: object) =>
      readPayload({ text: JSON.stringify(body), nowMs: 0, defaults: { side: 'sell' } })
    expect(read({ ticker: 'A' })).toMatchObject({ items: [{ draft: { side: 'sell' } }] })
    expect(read({ ticker: 'A', side: 'buy' })).toMatchObject({ items: [{ draft: { side: 'buy' } }] })
    expect(read({ ticker: 'A', side: 'hodl' })).toMatchObject({ code: 'unknown-side' })
  })
})
