/** `signalbox finviz`: the screener of the running Signalbox. */
import { callRunning, configHere, UsageError } from './terminal.ts'

export async function finviz([verb, ...rest]: string[]): Promise<number> {
  const config = configHere()
  const answer = await call(verb, rest)
  process.stdout.write(`${JSON.stringify(await answer.json(), null, 2)}\n`)
  return 0

  async function call(verb: string | undefined, pairs: string[]): Promise<Response> {
    if (verb === 'show') return callRunning(config, 'GET', '/finviz/config')
    if (verb === 'refresh' || verb === 'pause' || verb === 'resume')
      return callRunning(config, 'POST', `/finviz/${verb}`)
    if (verb === 'set' && pairs.length > 0)
      return callRunning(config, 'POST', '/finviz/config', Object.fromEntries(pairs.map(readPair)))
    throw new UsageError('Say show, set, refresh, pause or resume.')
  }
}

/** `top_n=20` gives a number, `reprocess_enabled=true` a boolean, the rest text. */
function readPair(pair: string): [string, unknown] {
  const at = pair.indexOf('=')
  if (at < 1) throw new UsageError(`"${pair}" is not name=value.`)
  const value = pair.slice(at + 1)
  if (/^\d+$/.test(value)) return [pair.slice(0, at), Number(value)]
  return [pair.slice(0, at), value === 'true' || value === 'false' ? value === 'true' : value]
}
