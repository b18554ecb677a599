import { describe, expect, it } from 'vitest'
import { host, isLoopback, networks, secretWebAddress, webAddress } from './network.ts'

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['localhost', true],
    ['LOCALHOST', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['localhost.example.com', false],
    ['127.0.0.1.example.com', false],
  ])('says of %s: %s', (name, expected) => {
    expect(isLoopback(name)).toBe(expected)
  })
})

describe('host', () => {
  it.each([
    ['db', 'db'],
    ['db_1.internal', 'db_1.internal'],
    ['10.0.0.1', '10.0.0.1'],
    ['fd00::1', 'fd00::1'],
    ['[::1]', '::1'],
    ['db:5432', undefined],
    ['http://db', undefined],
    ['a b', undefined],
    ['*', undefined],
    ['-db', undefined],
  ])('reads %s as %s', (text, expected) => {
    expect(host.parse(text)).toBe(expected)
  })
})

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.0.0.1,fd00::/8 , ::1', ['10.0.0.1/32', 'fd00::/8', '::1/128']],
    ['10.1/16', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/8/8', undefined],
    ['0x7f.1', undefined],
    ['db', undefined],
    [',', undefined],
  ])('reads %s as %j', (text, expected) => {
    expect(networks.parse(text)).toEqual(expected)
  })
})

describe('an address', () => {
  it.each(['ftp://x', 'x', 'https://', 'https://a b', 'https://me:pw@x', 'https://me@x', 'javascript:1'])(
    'is not %s',
    (text) => {
      expect(webAddress.parse(text)).toBeUndefined()
      expect(secretWebAddress.parse(text)).toBeUndefined()
    },
  )

  it('is shown without the secret in its query', () => {
    expect(webAddress.show('https://elite.finviz.com/export.ashx?v=111&auth=canary')).toBe(
      'https://elite.finviz.com/export.ashx?v=111&auth=***',
    )
  })

  it.each([
    ['https://hooks.example.com/trading/canary', 'https://hooks.example.com/***'],
    ['https://hooks.example.com/?key=canary', 'https://hooks.example.com/***'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ])('%s that is a password is shown as %s', (text, shown) => {
    expect(secretWebAddress.show(secretWebAddress.parse(text)!)).toBe(shown)
  })
})
