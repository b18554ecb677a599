/** The HTTP ground: Fastify with limits, request ids, problem+json, OpenAPI from the schemas, raw bodies. */
import swagger from '@fastify/swagger'
import apiReference from '@scalar/fastify-api-reference'
import Fastify, { LogController, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Server } from 'node:http'
import type { BlockList } from 'node:net'
import { monotonicMs, type Logger } from '../runtime/index.ts'
import { isIn, isLoopbackAddress } from './address.ts'
import { parseJson } from './json-guard.ts'
import { problem, problemSchema, sendProblem } from './problem.ts'

export type HttpServer = FastifyInstance<Server>
export type ZodApp = ReturnType<typeof withZod>

/** The app with its schemas' types. */
export const withZod = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>()

const BODY_BYTES_MAX = 256 * 1024
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
const KEEP_ALIVE_MS = 65_000
const SOCKETS_MAX = 20_000
const SOCKETS_PER_ADDRESS = 512
const SLOW_MS = 1_000

/** Nothing from elsewhere, nothing inline, in no frame. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}
/** The API browser brings its own styles. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"

export interface ServerSettings {
  log: Logger
  version: string
  /** Those that may stand between us and many people. */
  proxies: BlockList
  /** Guards `/docs`. */
  guardDocs: (request: import('fastify').FastifyRequest) => Promise<void>
}

export async function createHttpServer({
  log,
  version,
  proxies,
  guardDocs,
}: ServerSettings): Promise<HttpServer> {
  let counter = 0
  const boot = Math.floor(monotonicMs()).toString(36) + process.pid.toString(36)
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    http: {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16_384,
    },
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    genReqId: (request) =>
      requestId(request.headers['x-request-id'], () => `${boot}-${(counter++).toString(36)}`),
  }) as unknown as HttpServer
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (_request, body, done) => {
      if (body === '') return done(null, undefined)
      const parsed = parseJson(body as string)
      if (parsed.ok) done(null, parsed.value)
      else done(problem(400, parsed.code, parsed.message), undefined)
    },
  )
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      problem(404, 'not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`),
    ),
  )
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id)
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.elapsedTime > SLOW_MS) {
      request.log.warn(
        { ms: Math.round(reply.elapsedTime), route: request.routeOptions.url },
        'a request was slow',
      )
    }
    done()
  })
  capSockets(app.server, proxies)
  await describeApi(app, version, guardDocs)
  return app
}

/** A route context in which every body arrives as a Buffer of at most 256 kB, whatever its content type says. */
export async function rawBodies(app: FastifyInstance, routes: FastifyPluginAsync): Promise<void> {
  await app.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    await raw.register(routes)
  })
}

/** Pages and files for people: with the headers that keep a browser safe. */
export async function pages(app: FastifyInstance, routes: FastifyPluginAsync): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS))
    await scope.register(routes)
  })
}

function requestId(given: string | string[] | undefined, make: () => string): string {
  return typeof given === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(given) ? given : make()
}

/** Bounds sockets, in all and for each address, so that idle ones cannot keep others out. A proxy stands for many people. */
function capSockets(server: Server, proxies: BlockList): void {
  server.maxConnections = SOCKETS_MAX
  const counts = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    if (isLoopbackAddress(address) || isIn(proxies, address)) return
    const count = (counts.get(address) ?? 0) + 1
    counts.set(address, count)
    socket.once('close', () => {
      const left = counts.get(address)! - 1
      if (left === 0) counts.delete(address)
      else counts.set(address, left)
    })
    if (count > SOCKETS_PER_ADDRESS) socket.destroy()
  })
}

const problemAnswer = {
  description: 'Not done, and why',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** Every operation also answers with a problem, which no route declares by itself. */
const withProblems: typeof jsonSchemaTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route)
  const response = schema['response'] as object | undefined
  return {
    url,
    schema: {
      ...schema,
      response: { ...(response ?? { '2XX': { description: 'Done' } }), '4XX': problemAnswer },
    },
  }
}

async function describeApi(
  app: HttpServer,
  version: string,
  guard: ServerSettings['guardDocs'],
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Signalbox',
        version,
        description: 'Trading signals in, gated, journaled, and forwarded.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'this machine' }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'The admin token, a webhook key, or a call-specific token',
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: withProblems,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(async (docs) => {
    docs.addHook('onRequest', guard)
    docs.addHook(
      'onSend',
      async (_request, reply) => void reply.header('content-security-policy', DOCS_POLICY),
    )
    await docs.register(apiReference, {
      routePrefix: '/docs',
      configuration: {
        telemetry: false,
        withDefaultFonts: false,
        hideClientButton: true,
        agent: { disabled: true },
      },
    })
  })
}
