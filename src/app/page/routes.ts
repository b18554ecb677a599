/** Serves the first page: three fixed files, nothing else of the disk. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const

export async function firstPage(app: FastifyInstance): Promise<void> {
  for (const { path, file, type } of FILES) {
    const content = readFileSync(join(import.meta.dirname, file))
    app.get(path, { schema: { hide: true } }, async (_request, reply) => reply.type(type).send(content))
  }
  app.get('/admin', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/'))
}
