/** The door of the config: every setting of the program, read once and whole. */
export { logFormat, type Config, type Origin, type Remark } from './config.ts'
export { databaseUrl } from './database-url.ts'
export { describeConfig, type SettingRow } from './describe.ts'
export { loadConfig, type Environment, type Fault, type Loaded } from './load.ts'
export { isLoopback } from './network.ts'
export { readEnvironment } from './read-environment.ts'
export { secret, type Secret } from './secret.ts'
export { ROLES, type Role } from './settings/server.ts'
