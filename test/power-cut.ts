/**
 * A rig that cuts the power of a folder. A child process is given a `keepSynced` prelude: each time it syncs a file or a
 * folder, what is on the disk from then on is copied to a shadow. After a kill, `cutPower` makes of the shadow the folder a
 * machine would find after a power cut: what was never synced is gone, or there in part.
 */
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What of the unsynced survives. `nothing`: files have the content of their last sync, names are all there. `names-too`: also
 * new, renamed and deleted names count from the last sync of their folder. `pages`: each 4 kB page of a file by chance.
 */
export type Survival = 'nothing' | 'names-too' | 'pages'

const PAGE = 4_096

/** A file by its identity, whatever it is called: names change, and numbers of deleted files are used again. */
function identity(path: string): string {
  const { ino, birthtimeNs } = lstatSync(path, { bigint: true })
  return `${ino}-${birthtimeNs}`
}

/** Takes the folder as it is for synced: what a machine finds when it starts. */
export function startShadow(folder: string, shadow: string): void {
  rmSync(shadow, { recursive: true, force: true })
  mkdirSync(shadow, { recursive: true })
  const visit = (path: string): void => {
    noteFolder(path, shadow)
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const at = join(path, entry.name)
      if (entry.isDirectory()) visit(at)
      else if (entry.isFile()) copyFileSync(at, join(shadow, identity(at)))
    }
  }
  visit(folder)
}

function noteFolder(path: string, shadow: string): void {
  const names = readdirSync(path).map((name) => [name, identity(join(path, name))])
  writeFileSync(join(shadow, `names-${identity(path)}`), JSON.stringify(names))
}

/** Lines of code for a child process, before its imports of the product: every sync of `folder` goes to the shadow as well. */
export const keepSynced = (folder: string, shadow: string): string => `
  import fs from 'node:fs'
  const probe = await fs.promises.open('/dev/null')
  const FileHandle = Object.getPrototypeOf(probe)
  await probe.close()
  let copies = 0
  const identity = (path) => {
    const { ino, birthtimeNs } = fs.lstatSync(path, { bigint: true })
    return ino + '-' + birthtimeNs
  }
  const keep = (fd) => {
    const path = fs.readlinkSync('/proc/self/fd/' + fd)
    if (!path.startsWith(${JSON.stringify(folder)}) || path.endsWith(' (deleted)')) return
    const draft = ${JSON.stringify(shadow)} + '/draft-' + copies++
    const isFolder = fs.fstatSync(fd).isDirectory()
    if (isFolder) {
      const names = fs.readdirSync(path).flatMap((name) => {
        try { return [[name, identity(path + '/' + name)]] } catch { return [] }
      })
      fs.writeFileSync(draft, JSON.stringify(names))
    } else fs.copyFileSync(path, draft)
    fs.renameSync(draft, ${JSON.stringify(shadow)} + '/' + (isFolder ? 'names-' : '') + identity(path))
  }
  for (const name of ['sync', 'datasync']) {
    const real = FileHandle[name]
    FileHandle[name] = async function () {
      await real.call(this)
      keep(this.fd)
    }
  }`

/** Makes the folder what it would be after a power cut now. `chance` gives numbers in [0, 1). */
export function cutPower(folder: string, shadow: string, survival: Survival, chance: () => number): void {
  const after = `${folder}.cut`
  rmSync(after, { recursive: true, force: true })
  rebuild(folder, after, shadow, survival, chance)
  rmSync(folder, { recursive: true })
  mkdirSync(folder, { mode: 0o700 })
  // In place, so that the path stays.
  for (const name of readdirSync(after)) moveInto(join(after, name), join(folder, name))
  rmSync(after, { recursive: true })
}

function rebuild(from: string, to: string, shadow: string, survival: Survival, chance: () => number): void {
  mkdirSync(to, { mode: 0o700 })
  const now = new Map(readdirSync(from).map((name) => [identity(join(from, name)), join(from, name)]))
  const names: [string, string][] =
    survival === 'names-too'
      ? (JSON.parse(readFileSync(join(shadow, `names-${identity(from)}`), 'utf8')) as [string, string][])
      : readdirSync(from).map((name) => [name, identity(join(from, name))])
  for (const [name, id] of names) {
    const current = now.get(id)
    const kind = current === undefined ? null : lstatSync(current)
    if (kind?.isDirectory()) rebuild(current!, join(to, name), shadow, survival, chance)
    else if (kind === null || kind.isFile()) {
      const synced = read(join(shadow, id)) ?? Buffer.alloc(0)
      const content =
        survival === 'pages' && current !== undefined ? mix(synced, readFileSync(current), chance) : synced
      writeFileSync(join(to, name), content, { mode: 0o600 })
    }
  }
}

/** Each page from the last sync or from now; the end of the file likewise. */
function mix(synced: Buffer, now: Buffer, chance: () => number): Buffer {
  const size = chance() < 0.5 ? synced.length : now.length
  const mixed = Buffer.alloc(size)
  for (let at = 0; at < size; at += PAGE) {
    const source = chance() < 0.5 ? synced : now
    const end = Math.min(at + PAGE, source.length, size)
    if (at < end) source.copy(mixed, at, at, end)
  }
  return mixed
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

function moveInto(from: string, to: string): void {
  if (lstatSync(from).isDirectory()) {
    mkdirSync(to, { mode: 0o700 })
    for (const name of readdirSync(from)) moveInto(join(from, name), join(to, name))
  } else copyFileSync(from, to)
}
