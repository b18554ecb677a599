import { openDatabase } from '../src/platform/db/index.ts'
import { createLogger } from '../src/platform/runtime/index.ts'
const log=createLogger({level:'debug',format:'pretty'})
const db=await openDatabase({dataDir:process.argv[2]!,poolSize:1,poolTimeoutSec:10,poolRecycleSec:3600,pgbouncer:false,durability:'process',log})
try { console.log(await db.query('select 1')) } catch(e){console.log(e)}
await new Promise(r=>setTimeout(r,1500))
console.log(db.stats()); await db.close()
