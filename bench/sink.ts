/** A local destination in a process of its own: counts arrivals, repeats and order, and measures the time since the post. */
import { createServer } from 'node:http'

const now = () => performance.timeOrigin + performance.now()
const seen = new Set<string>()
let latencies: number[] = []
let repeats = 0

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/report') {
      const sorted = Float64Array.from(latencies).toSorted()
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      response.end(
        JSON.stringify({ distinct: seen.size, repeats, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }),
      )
      latencies = []
      repeats = 0
      seen.clear()
      return
    }
    const { id, strategy } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; strategy?: string }
    if (seen.has(id)) repeats++
    seen.add(id)
    if (strategy) latencies.push(now() - Number(strategy))
    response.writeHead(200, { 'content-length': 0 }).end()
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
