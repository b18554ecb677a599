/** How the tests run: once on the embedded database, and what uses a database once more on PostgreSQL. */
import { defineConfig } from 'vitest/config'
import { closingLineReporter } from './test/closing-line.ts'
import { testFilesImporting } from './test/files-importing.ts'
import { services, servicesRequired } from './test/services.ts'

const root = import.meta.dirname
const onDatabase = testFilesImporting(root, 'test/database.ts')

const embedded = {
  extends: true as const,
  test: {
    name: 'embedded',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    env: { TEST_DATABASE_URL: '' },
  },
}

const postgres = {
  extends: true as const,
  test: {
    name: 'postgres',
    include: onDatabase,
    env: { TEST_DATABASE_URL: services.postgres ?? '' },
    sequence: { groupOrder: 1 },
  },
}

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: [servicesRequired ? 'verbose' : 'default', closingLineReporter()],
    projects: services.postgres && onDatabase.length > 0 ? [embedded, postgres] : [embedded],
  },
})
