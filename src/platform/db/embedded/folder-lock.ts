/**
 * One process per data folder. The lock is a file with who holds it: PID, when that process started, and the boot and PID
 * namespace these count in. A holder that lives is never robbed, however busy; one that is gone is removed in one step.
 */
import { randomBytes } from 'node:crypto'
import { link, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { SOCKET_PATH_MAX } from './socket-path.ts'

export interface FolderLock {
  release(): Promise<void>
}

/** Somebody else has the folder. The message says who. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'
}

interface Holder {
  pid: number
  /** Clock ticks since boot; empty where the system does not tell. */
  started: string
  boot: string
  /** The PID namespace: the same PID in another container is another process. */
  namespace: string
  /** A socket in the folder that the kernel answers for while the holder lives; empty where there is none. */
  door: string
  id: string
}

const TRIES = 5

/** Takes the folder or throws `FolderInUse`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock')
  const id = randomBytes(4).toString('hex')
  const door = await openDoor(join(folder, `lock.${id}.sock`))
  const me: Holder = { ...(await describeSelf()), door: door ? `lock.${id}.sock` : '', id }
  const draft = join(folder, `lock.${id}`)
  const closeDoor = () => new Promise<void>((resolve) => (door ? door.close(() => resolve()) : resolve()))
  try {
    await writeFile(draft, JSON.stringify(me), { mode: 0o600, flush: true })
    await take(folder, path, draft, me)
  } catch (error) {
    await closeDoor()
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  return {
    async release() {
      if (await isMine(path, me)) await rm(path, { force: true })
      await closeDoor()
    },
  }
}

async function take(folder: string, path: string, draft: string, me: Holder): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if ((await place(draft, path)) && (await isMine(path, me))) return
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) continue
    const holder = parseHolder(text)
    // What is no lock was cut off by a power cut: a living holder's is whole before it has its name.
    if (holder !== null && (await lives(folder, holder, me))) throw inUse(folder, path, holder)
    await removeStale(path, text, me)
    if (holder?.door) await rm(join(folder, holder.door), { force: true })
  }
  throw inUse(folder, path, null)
}

/** Gives the finished file its name, unless the name is taken. */
async function place(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    // A file system without hard links.
    return writeFile(path, await readFile(draft), { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (taken: NodeJS.ErrnoException) => {
        if (taken.code === 'EEXIST') return false
        throw taken
      },
    )
  }
}

const isMine = async (path: string, me: Holder): Promise<boolean> =>
  parseHolder(await readFile(path, 'utf8').catch(() => ''))?.id === me.id

/** Of several that judged the same lock stale, one gets it by its rename; a newer lock caught by it is put back. */
async function removeStale(path: string, judged: string, me: Holder): Promise<void> {
  const aside = `${path}.stale.${me.id}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await readFile(aside, 'utf8')) !== judged) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

async function lives(folder: string, holder: Holder, me: Holder): Promise<boolean> {
  if (holder.boot !== me.boot) return false
  // When nobody can tell: better a plain refusal than two processes on one folder.
  if (holder.namespace !== me.namespace)
    return holder.door === '' || (await answers(join(folder, holder.door)))
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return holder.started === (await startOf(holder.pid))
}

/** Opens the socket that stays open as long as this process; null where there can be none. */
async function openDoor(door: string): Promise<Server | null> {
  if (Buffer.byteLength(door) > SOCKET_PATH_MAX) return null
  const server = createServer((socket) => socket.destroy())
  return await new Promise((resolve) => {
    server.once('error', () => resolve(null))
    server.listen(door, () => {
      server.unref()
      resolve(server)
    })
  })
}

const gone = new Set(['ECONNREFUSED', 'ENOENT'])

function answers(door: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(door)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!gone.has(error.code ?? '')))
  })
}

async function describeSelf(): Promise<Omit<Holder, 'door' | 'id'>> {
  return {
    pid: process.pid,
    started: await startOf(process.pid),
    boot: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim(),
    namespace: await readlink('/proc/self/ns/pid').catch(() => ''),
  }
}

/** Field 22 of `/proc/PID/stat`, counted behind the name, which may hold spaces and brackets. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    return typeof holder?.pid === 'number' && typeof holder.id === 'string' && typeof holder.door === 'string'
      ? (holder as Holder)
      : null
  } catch {
    return null
  }
}

function inUse(folder: string, path: string, holder: Holder | null): FolderInUse {
  const who = holder === null ? 'another process' : `process ${holder.pid}`
  return new FolderInUse(
    `The data folder ${folder} is in use by ${who}. One folder, one process: stop that one, or set DATA_DIR to ` +
      `another folder. If you are sure that nobody uses it, remove ${path}.`,
  )
}
