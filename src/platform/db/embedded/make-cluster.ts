/**
 * Makes a new embedded database in the folder named by the first argument. A program of its own, run once in a child
 * process, because the memory that `initdb` takes is not given back.
 */
import { PGlite } from '@electric-sql/pglite'
import { startParams } from './start-params.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('which folder?')

const db = await PGlite.create({
  dataDir: folder,
  startParams: [...PGlite.defaultStartParams, ...startParams],
})
// Nobody connects to the templates, so nobody could vacuum them against the wrap-around of transaction ids.
await db.exec(
  `update pg_database set datistemplate = false, datallowconn = true where datname like 'template_'`,
)
await db.exec('drop database template0')
await db.exec('drop database template1')
await db.close()
