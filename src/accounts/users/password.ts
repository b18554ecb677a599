/** Argon2id, 19 MiB and two passes (OWASP), kept as PHC text; two at a time, so that logins cannot starve the process. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

const MEMORY_KIB = 19_456
const PASSES = 2
const AT_ONCE_MAX = 2
const WAITING_MAX = 100
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

let running = 0
const waiting: (() => void)[] = []

/** Too many passwords are being checked at once. */
export class PasswordsBusy extends Error {}

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const hash = await derive(password, { nonce, memory: MEMORY_KIB, passes: PASSES, tagLength: 32 })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${bare(nonce)}$${bare(hash)}`
}

/** Whether it is the password. Takes as long for a user that is not there (`null`) as for one that is. */
export async function verifyPassword(phc: string | null, password: string): Promise<boolean> {
  const [, memory, passes, nonce, hash] = PHC.exec(phc ?? (await nobodysHash())) ?? []
  if (hash === undefined) return false
  const right = Buffer.from(hash, 'base64')
  const given = await derive(password, {
    nonce: Buffer.from(nonce!, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    tagLength: right.length,
  })
  return timingSafeEqual(given, right) && phc !== null
}

let nobody: Promise<string> | null = null
const nobodysHash = () => (nobody ??= hashPassword(randomBytes(16).toString('hex')))

interface Cost {
  nonce: Buffer
  memory: number
  passes: number
  tagLength: number
}

async function derive(password: string, cost: Cost): Promise<Buffer> {
  if (waiting.length >= WAITING_MAX) throw new PasswordsBusy('too many passwords are being checked')
  if (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await new Promise((resolve, reject) => {
      argon2('argon2id', { message: password.normalize('NFKC'), parallelism: 1, ...cost }, (error, hash) =>
        error ? reject(error) : resolve(hash),
      )
    })
  } finally {
    running--
    waiting.shift()?.()
  }
}

const bare = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
