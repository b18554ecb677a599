/** The face of the webhook source. */
export { intakeRoutes, type IntakeRoutePorts } from './routes.ts'
export { keyRoutes } from './keys/routes.ts'
export { makeKey, openKeyRing, type KeyRing } from './key-ring.ts'
export { createRefusalLog, type RefusalLog } from './refusal-log.ts'
export { insertKey, trimRefused } from './store.ts'
