/** Unpacks a gzip body up to a bound: a bomb costs no more than a body of that size. */
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** What could be unpacked; `truncated` when there was more, or when the rest is damaged or missing. */
export async function gunzipUpTo(
  packed: Buffer,
  bytesMax: number,
): Promise<{ bytes: Buffer; truncated: boolean }> {
  if (packed.length === 0) return { bytes: packed, truncated: false }
  const chunks: Buffer[] = []
  let length = 0
  let truncated = false
  const unpacking = Readable.from([packed]).pipe(createGunzip())
  try {
    for await (const chunk of unpacking as AsyncIterable<Buffer>) {
      const room = bytesMax - length
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      length += chunk.length
      if (length > bytesMax) {
        truncated = true
        break
      }
    }
  } catch {
    truncated = true
  }
  return { bytes: Buffer.concat(chunks), truncated }
}
