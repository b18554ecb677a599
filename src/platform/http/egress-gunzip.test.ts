import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gunzipUpTo } from './egress-gunzip.ts'

const text = Buffer.from('a ranking '.repeat(1_000))

describe('gunzipUpTo', () => {
  it.each([
    ['all', gzipSync(text), 10_000, text, false],
    ['nothing of an empty body', gzipSync(''), 10, Buffer.alloc(0), false],
    ['as much as is wanted', gzipSync(text), 9_999, text.subarray(0, 9_999), true],
    ['nothing of what is no gzip', text, 100, Buffer.alloc(0), true],
    ['nothing of no bytes at all', Buffer.alloc(0), 100, Buffer.alloc(0), false],
  ])('gives %s', async (_, packed, bytesMax, bytes, truncated) => {
    expect(await gunzipUpTo(packed, bytesMax)).toEqual({ bytes, truncated })
  })

  it('says that a body which breaks off is not whole', async () => {
    const { truncated } = await gunzipUpTo(gzipSync(text).subarray(0, -9), 1_000_000)
    expect(truncated).toBe(true)
  })

  it('stops a bomb at the bound', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const beforeBytes = process.memoryUsage().rss
    const { bytes, truncated } = await gunzipUpTo(bomb, 100_000)
    expect({ length: bytes.length, truncated }).toEqual({ length: 100_000, truncated: true })
    expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(50_000_000)
  })
})
