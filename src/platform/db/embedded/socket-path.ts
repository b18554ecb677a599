/** Where the embedded database listens: a Unix socket only we can reach, whose path fits what the system allows. */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Linux takes 107 bytes, macOS 103. */
export const SOCKET_PATH_MAX = 100
/** The name `pg` looks for in the folder that it is given as host. */
const NAME = '.s.PGSQL.5432'

export interface SocketPlace {
  /** For `pg`: its host. */
  folder: string
  path: string
}

/** A folder of mode 0700 for the socket: inside the data folder, or a new one for temporary files if that path is too long. */
export async function makeSocketPlace(dataDir: string): Promise<SocketPlace> {
  // `pg` takes a host for a folder only when it begins with a slash.
  const own = resolve(dataDir, 'socket')
  if (Buffer.byteLength(join(own, NAME)) <= SOCKET_PATH_MAX) {
    await mkdir(own, { recursive: true, mode: 0o700 })
    await chmod(own, 0o700)
    return { folder: own, path: join(own, NAME) }
  }
  const temporary = await mkdtemp(join(tmpdir(), 'signalbox-'))
  return { folder: temporary, path: join(temporary, NAME) }
}
