/** Serves the built web app: its one page at each of its addresses, and a fixed list of files, nothing else of the disk. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const DIST = join(import.meta.dirname, '../../web/dist')
/** Where the app draws its screens (`web/main.tsx`). */
const SCREENS = [
  '/',
  '/welcome',
  '/signals',
  '/signals/:id',
  '/ranking',
  '/destinations',
  '/destinations/:id',
  '/sell',
  '/inbox',
  '/keys',
  '/keys/:id',
  '/reach',
  '/users',
  '/audit',
  '/system',
  '/account',
]
const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}
const NOT_BUILT = 'The web app is not built. Build it with: npm run build\n'

/** Nothing from elsewhere, nothing inline but styles of this very page, in no frame. */
const policy = (nonce: string) =>
  `default-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'`

export async function webApp(app: FastifyInstance): Promise<void> {
  const page = existsSync(join(DIST, 'index.html')) ? readFileSync(join(DIST, 'index.html'), 'utf8') : null
  for (const path of SCREENS) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      if (page === null) return reply.code(503).type('text/plain').send(NOT_BUILT)
      const nonce = randomBytes(16).toString('base64url')
      return reply
        .header('content-security-policy', policy(nonce))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(page.replace('%NONCE%', nonce))
    })
  }
  app.get('/admin', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/'))
  for (const file of page === null ? [] : readdirSync(join(DIST, 'assets'))) {
    const content = readFileSync(join(DIST, 'assets', file))
    app.get(`/assets/${file}`, { schema: { hide: true } }, async (_request, reply) =>
      // Its name holds the hash of what is in it.
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type(TYPES[extname(file)] ?? 'application/octet-stream')
        .send(content),
    )
  }
}
