/** Reads every TypeScript file of the project that the house rules speak of. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFile, type SourceFile } from './source-file.ts'

const folders = ['src', 'test', 'bench']

/** All source, test and bench files and the config files at the root, in the order of their paths. */
export function readProject(root: string): SourceFile[] {
  const loose = readdirSync(root).filter((name) => name.endsWith('.config.ts'))
  const nested = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return [...loose, ...nested]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('test/fixtures/'))
    .toSorted()
    .map((path) => parseFile(path, readFileSync(join(root, path), 'utf8')))
}
