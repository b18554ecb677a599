/** `signalbox user`: accounts from the terminal, by way of the running Signalbox. */
import { parseArgs } from 'node:util'
import { callRunning, configHere, UsageError } from './terminal.ts'

interface UserRow {
  id: string
  email: string
  name: string
  role: string
  plan: string
  state: string
  invited: boolean
}

const say = (line: string) => process.stdout.write(`${line}\n`)

export async function user([verb, ...rest]: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { role: { type: 'string', default: 'user' }, name: { type: 'string' } },
  })
  const [email, role] = positionals
  if (verb === 'list' && email === undefined) return list()
  if (email !== undefined) {
    if (verb === 'add') return add(email, values.name ?? email.split('@')[0]!, values.role)
    if (verb === 'reset') return reset(email)
    if (verb === 'role' && role !== undefined) return change(email, { role })
    if (verb === 'disable') return change(email, { state: 'disabled' })
    if (verb === 'enable') return change(email, { state: 'active' })
  }
  throw new UsageError('Say add, list, reset, role, disable or enable, and for whom.')
}

const call = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
  (await callRunning(configHere(), method, `/api/v1/${path}`, body)).json() as Promise<T>

async function all(): Promise<UserRow[]> {
  return (await call<{ items: UserRow[] }>('GET', 'users')).items
}

async function find(email: string): Promise<UserRow> {
  const found = (await all()).find((one) => one.email.toLowerCase() === email.toLowerCase())
  if (found === undefined) throw new Error(`There is no user ${email}.`)
  return found
}

async function list(): Promise<number> {
  for (const one of await all())
    say(
      `${one.id}  ${one.role.padEnd(8)} ${one.plan.padEnd(7)} ${one.invited ? 'invited ' : one.state.padEnd(8)} ${one.email}`,
    )
  return 0
}

async function add(email: string, name: string, role: string): Promise<number> {
  const { link } = await call<{ link: string }>('POST', 'users', { email, name, role })
  say(`Invitation for ${email}, good for a week, shown this once: ${link}`)
  return 0
}

async function reset(email: string): Promise<number> {
  const { link } = await call<{ link: string }>('POST', `users/${(await find(email)).id}/reset-link`)
  say(`Link for a new password, good for an hour, shown this once: ${link}`)
  return 0
}

async function change(email: string, to: object): Promise<number> {
  const { role, state } = await call<UserRow>('PATCH', `users/${(await find(email)).id}`, to)
  say(`${email}: ${role}, ${state}`)
  return 0
}
