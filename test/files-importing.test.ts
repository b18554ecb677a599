import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFilesImporting } from './files-importing.ts'

it('finds tests that import a file themselves or through another, and no others', () => {
  const root = mkdtempSync(join(tmpdir(), 'files-importing-'))
  const files = {
    'test/database.ts': '',
    'test/pipeline.ts': "export { open } from './database.ts'",
    'test/crash.test.ts': "import { open } from './pipeline.ts'",
    'src/signals/store.test.ts': "import { open } from '../../test/database.ts'",
    'src/signals/gate.test.ts': "import { gate } from './gate.ts'",
  }
  mkdirSync(join(root, 'src/signals'), { recursive: true })
  mkdirSync(join(root, 'test'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text)
  expect(testFilesImporting(root, 'test/database.ts')).toEqual([
    'src/signals/store.test.ts',
    'test/crash.test.ts',
  ])
  rmSync(root, { recursive: true })
})
