/** `signalbox token`: webhook keys of the running Signalbox. */
import { callRunning, configHere, UsageError } from './terminal.ts'

interface KeyRow {
  id: string
  name: string
  token: string
  created_at: string
  revoked_at: string | null
  last_used_at: string | null
}

export async function token([verb, ...rest]: string[]): Promise<number> {
  const config = configHere()
  const say = (line: string) => process.stdout.write(`${line}\n`)
  if (verb === 'make' && rest.length > 0) {
    const made = await callRunning(config, 'POST', '/api/v1/webhook-keys', { name: rest.join(' ') })
    const { token, url } = (await made.json()) as { token: string; url: string }
    say(`Token, shown this once: ${token}`)
    say(`Address for senders:    ${url}`)
    return 0
  }
  if (verb === 'list') {
    const listed = await callRunning(config, 'GET', '/api/v1/webhook-keys')
    for (const key of ((await listed.json()) as { items: KeyRow[] }).items) {
      const state =
        key.revoked_at === null ? `last used ${key.last_used_at ?? 'never'}` : `revoked ${key.revoked_at}`
      say(`${key.id}  ${key.token.padEnd(20)} ${state}  ${key.name}`)
    }
    return 0
  }
  if (verb === 'revoke' && rest.length === 1) {
    await callRunning(config, 'DELETE', `/api/v1/webhook-keys/${encodeURIComponent(rest[0]!)}`)
    say('Revoked.')
    return 0
  }
  throw new UsageError('Say make, list or revoke.')
}
