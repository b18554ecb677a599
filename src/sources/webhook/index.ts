/** The face of the webhook source. */
export { intakeRoutes } from './routes.ts'
export { keyRoutes } from './keys/routes.ts'
export { makeKey, openKeyRing, type KeyRing } from './key-ring.ts'
export { createRefusalLog } from './refusal-log.ts'
export { insertKey, trimRefused } from './store.ts'
