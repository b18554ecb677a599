/** `signalbox start`: runs until it is told to stop. */
import { parseArgs } from 'node:util'
import { loadConfig, logFormat, readEnvironment } from '../../platform/config/index.ts'
import { createLogger } from '../../platform/runtime/index.ts'
import { start } from '../../main.ts'

export async function startCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { roles: { type: 'string' } } })
  const { env, fromFile } = readEnvironment(process.cwd())
  const loaded = loadConfig({ ...env, ...(values.roles !== undefined && { ROLES: values.roles }) }, fromFile)
  if ('faults' in loaded) {
    process.stderr.write(loaded.faults.map(({ setting, message }) => `${setting}: ${message}\n`).join(''))
    return 2
  }
  const { config } = loaded
  const log = createLogger({ level: config.logLevel, format: logFormat(config, process.stdout.isTTY) })
  for (const { setting, message } of config.warnings) log.warn({ setting }, message)
  const crash = (error: unknown) => {
    log.fatal({ err: error }, 'a bug: stopping at once; what was accepted is in the journal')
    process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })
  const running = await start(config, log, (line) => process.stdout.write(`${line}\n`)).catch(
    (error: Error) => {
      process.stderr.write(`${error.message}\n`)
      // What had begun would keep the process alive, without a door.
      process.exit(1)
    },
  )
  log.info({ signal: await stopAsked }, 'stopping: taking nothing more, finishing what is in flight')
  process.once('SIGINT', () => process.exit(130))
  const clean = await running.stop()
  if (!clean) log.warn('the deadline passed; what was in flight goes on after the next start')
  process.exit(clean ? 0 : 1)
}
