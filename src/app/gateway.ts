/** The gateway: every HTTP door of the process, opened on one server. */
import {
  createFailures,
  createGuard,
  createHttpServer,
  networkList,
  operationRoutes,
  pages,
  rawBodies,
  withZod,
  type HttpServer,
} from '../platform/http/index.ts'
import {
  accountRoutes,
  auditOperators,
  createIdentify,
  preferredGroups,
  revokedAmong,
  startMailing,
  type AccountPorts,
} from '../accounts/index.ts'
import { accountSettingsOf } from './account-settings.ts'
import { createMailer } from '../platform/mail/index.ts'
import { rankingRoutes } from '../rankings/index.ts'
import { auditRoutes, destinationRoutes, flowRoutes } from '../signals/index.ts'
import { openSellDesk, sellRoutes } from '../sources/manual/index.ts'
import { createRefusalLog, intakeRoutes, keyRoutes } from '../sources/webhook/index.ts'
import { inboxRoutes } from '../sinks/inbox/index.ts'
import { openStreamDesk, streamRoutes, type Hub } from '../sinks/stream/index.ts'
import { sendDelivery } from '../sinks/webhook/index.ts'
import { demoRoutes } from './demo.ts'
import type { Ground } from './ground.ts'
import type { Pipeline } from './pipeline.ts'
import { statusRoutes } from './status.ts'
import { systemRoutes } from './system.ts'
import { VERSION } from './version.ts'
import { webApp } from './web-app.ts'

const DAY_MS = 86_400_000
const noCircuits = { name: () => 'closed' as const }

export interface GatewayParts {
  pipeline: Pipeline
  hub: Hub
  draining(): boolean
}

export async function buildGateway(
  ground: Ground,
  { pipeline, hub, draining }: GatewayParts,
): Promise<HttpServer> {
  const { config, db, sealer, book, ring, egress, egressAllow } = ground
  const failures = createFailures()
  const proxies = networkList(config.trustedProxies)
  const accountSettings = accountSettingsOf(config)
  const guard = createGuard({
    adminToken: ground.tokens.admin,
    named: { finviz: [ground.tokens.finviz], sell: [ground.tokens.finviz] },
    proxies,
    failures,
    identify: createIdentify({ db, accessTokens: ground.accessTokens, settings: accountSettings }),
  })
  const accounts: AccountPorts = {
    db,
    sealer,
    guard,
    accessTokens: ground.accessTokens,
    settings: accountSettings,
  }
  const server = await createHttpServer({
    log: ground.log,
    version: VERSION,
    proxies,
    guardDocs: guard.readOrLoopback,
  })
  const app = withZod(server)
  const refusals = createRefusalLog(
    db,
    (code) => pipeline.metrics.refused.inc({ code }),
    () => pipeline.metrics.refusedLost.inc(),
  )
  server.addHook('onClose', () => refusals.close())
  await rawBodies(server, (raw) =>
    intakeRoutes(raw, {
      ring,
      journal: pipeline.journal,
      authRequired: config.webhookAuth === 'required',
      idsKeptMs: config.signalRetentionDays * DAY_MS,
      guard,
      failures,
      refusals,
      queueSize: pipeline.queueSize,
      closedBecause() {
        if (draining()) return 'Signalbox is shutting down.'
        if (pipeline.queueSize() >= config.queueMaxSize) return 'The queue is full.'
        return pipeline.diskIsLow() ? 'The disk is almost full.' : null
      },
      onAnswered: ({ status, reason }) => pipeline.metrics.received.inc({ status, reason: reason ?? '' }),
    }),
  )
  await operationRoutes(app, {
    guard,
    metrics: ground.metrics,
    draining,
    probes: [
      { name: 'database', check: async () => detail(await db.health()) },
      { name: 'disk', check: async () => ({ ok: !pipeline.diskIsLow() }) },
    ],
  })
  auditOperators(server, accounts)
  await accountRoutes(app, accounts)
  if (config.smtpUrl !== undefined) {
    const mailer = createMailer({ url: config.smtpUrl.reveal(), from: config.mailFrom! })
    const mailing = startMailing({ db, sealer, mailer, log: ground.log, metrics: ground.metrics })
    server.addHook('onClose', () => mailing.stop())
  }
  const desk = openStreamDesk({
    hub,
    log: ground.log,
    metrics: ground.metrics,
    revoked: (callers) => revokedAmong(db, callers),
  })
  server.addHook('preClose', () => desk.stop())
  await streamRoutes(server, { guard, desk, preferred: (identity) => preferredGroups(db, identity) })
  await statusRoutes(app, { ground, pipeline })
  await systemRoutes(app, { ground, guard })
  await keyRoutes(app, { db, sealer, guard, ring, publicUrl: config.publicUrl })
  await destinationRoutes(app, {
    db,
    sealer,
    guard,
    book,
    egressAllow,
    circuits: pipeline.deliverer?.circuits ?? noCircuits,
    testSend: (destination, signal, body) => sendDelivery(egress, { signalId: signal.id, body }, destination),
  })
  await auditRoutes(app, { db, guard, onQueued: () => pipeline.deliverer?.nudge() })
  await flowRoutes(app, { db, guard })
  await sellRoutes(app, { desk: openSellDesk(db, pipeline.journal), guard })
  await rankingRoutes(app, { db, guard, rankings: pipeline.rankings, egressAllow })
  await inboxRoutes(app, { db, guard, book })
  if (config.demo) await demoRoutes(app)
  await pages(server, webApp)
  return server
}

function detail({ ok, latencyMs, reason }: { ok: boolean; latencyMs: number; reason?: string }) {
  return { ok, detail: reason ?? `${latencyMs} ms` }
}
