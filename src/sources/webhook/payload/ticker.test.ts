import { describe, expect, it } from 'vitest'
import { readExchange, readTicker } from './ticker.ts'

describe('readTicker', () => {
  it.each([
    ['AAPL', { ticker: 'AAPL' }],
    [' aapl ', { ticker: 'AAPL' }],
    ['NASDAQ:AAPL', { ticker: 'AAPL', exchange: 'NASDAQ' }],
    ['nasdaq_dl:aapl', { ticker: 'AAPL', exchange: 'NASDAQ' }],
    ['CME_MINI_DLY:ESZ2026', { ticker: 'ESZ2026', exchange: 'CME_MINI' }],
    ['HYPEUSDT.P', { ticker: 'HYPEUSDT.P' }],
    ['BRK.B', { ticker: 'BRK.B' }],
    ['M&M', { ticker: 'M&M' }],
    ['EUR/USD', { ticker: 'EUR/USD' }],
    ['BTC/USDT:USDT', { ticker: 'BTC/USDT:USDT' }],
    ['ETH-PERP', { ticker: 'ETH-PERP' }],
    ['NIFTY25AUG2625000CE', { ticker: 'NIFTY25AUG2625000CE' }],
    [500325, { ticker: '500325' }],
    ['SPY 240510C68', { ticker: 'SPY240510C68', asSent: 'SPY 240510C68' }],
    ['SPY   240510c00068000', { ticker: 'SPY240510C00068000', asSent: 'SPY   240510c00068000' }],
  ])('reads %j', (value, reading) => {
    expect(readTicker(value, 'ticker')).toEqual(reading)
  })

  it.each([
    ['---'],
    [':AAPL'],
    ['NASDAQ:'],
    ['ES1!'],
    ['A B'],
    ['A;B'],
    ['ﬁ'],
    ['ſ'],
    ['ＡＡＰＬ'],
    ['А'],
    ['null'],
    ['undefined'],
    ['A\n'.repeat(2)],
    ['<img src=x>'],
    ['A'.repeat(41)],
    [1.5],
    [true],
    [{}],
  ])('refuses %j', (value) => {
    expect(readTicker(value, 'ticker')).toMatchObject({ code: 'invalid-ticker', field: 'ticker' })
  })

  it('says what to do about a continuous future', () => {
    expect(readTicker('NQ1!', 'ticker')).toHaveProperty(
      'message',
      expect.stringContaining('continuous future'),
    )
  })
})

describe('readExchange', () => {
  it.each([
    ['nse', 'NSE'],
    ['NSE_INDEX', 'NSE_INDEX'],
    ['BATS_DL', 'BATS'],
    ['CBOT_DLY', 'CBOT'],
    ['_DL', '_DL'],
  ])('reads %s as %s', (value, exchange) => {
    expect(readExchange(value, 'exchange')).toBe(exchange)
  })

  it.each([['a b'], ['x'.repeat(21)], [5], ['{{exchange}}']])('refuses %j', (value) => {
    expect(readExchange(value, 'exchange')).toMatchObject({ field: 'exchange' })
  })
})
