/** The yardstick: bare `node:http` that parses the same JSON and answers 202 with a small JSON, and does nothing else. */
import { createServer } from 'node:http'

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method !== 'POST') return void response.end()
    const { id, ticker } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; ticker: string }
    const body = JSON.stringify({ id, ticker, status: 'echoed' })
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
