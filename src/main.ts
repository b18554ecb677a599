/** The composition root: builds the roles asked for, starts them, and stops them in the other order. */
import type { Config } from './platform/config/index.ts'
import { sleep, type Logger } from './platform/runtime/index.ts'
import { makeKey } from './sources/webhook/index.ts'
import { ownAddress } from './app/address.ts'
import { startDemoSender } from './app/demo.ts'
import { settleDestinations } from './app/destinations.ts'
import { buildGateway } from './app/gateway.ts'
import { openGround, type Ground } from './app/ground.ts'
import { startPipeline } from './app/pipeline.ts'
import { openHub, tellStream } from './app/stream.ts'

export interface Running {
  address: string
  /** Stops taking, finishes what is in flight, closes. True when all of it was done within the deadline. */
  stop(): Promise<boolean>
}

/** Starts Signalbox. `say` gets the few lines for people that are printed once: secrets never go to the log. */
export async function start(config: Config, log: Logger, say: (line: string) => void): Promise<Running> {
  const ground = await openGround(config, log)
  await settleDestinations(ground)
  const { hub, close: closeHub } = openHub(ground)
  const pipeline = await startPipeline(ground, tellStream(hub))
  let draining = false
  const gateway = config.roles.includes('gateway')
    ? await buildGateway(ground, { pipeline, hub, draining: () => draining })
    : null
  if (gateway !== null)
    await gateway.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE'
        ? new Error(
            `Port ${config.port} of ${config.host} is taken by another program: stop it, or set PORT to another.`,
          )
        : error
    })
  const stopDemo = config.demo && gateway !== null ? await startDemoSender(ground) : async () => {}
  await greet(ground, say)

  async function stopAll(): Promise<void> {
    draining = true
    await stopDemo()
    await gateway?.close()
    await pipeline.stop()
    await closeHub()
    await ground.close()
  }
  return {
    address: ownAddress(config),
    stop: () => within(config.shutdownTimeoutSec * 1000, stopAll()),
  }
}

async function greet(ground: Ground, say: (line: string) => void): Promise<void> {
  const { config, tokens, ring, db, sealer } = ground
  say(
    `Signalbox is at ${ownAddress(config)} (${config.roles.join(', ')}; ${db.kind} database${config.demo ? '; DEMO, everything simulated' : ''})`,
  )
  if (db.durability === 'process') say('Not safe against power loss (DURABILITY=process).')
  if (!tokens.adminIsNew) return
  say(`Admin token, shown this once: ${tokens.admin}`)
  if (config.webhookAuth === 'required' && ring.all().every((key) => key.name.startsWith('Demo sender'))) {
    const { token } = await makeKey(db, sealer, { name: 'First key', options: {} })
    await ring.reload()
    say(`Webhook address for senders, shown this once: ${config.publicUrl}/hooks/${token}`)
  }
}

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  return Promise.race([work.then(() => true), sleep(ms).then(() => false)])
}
