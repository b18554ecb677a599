/** The door of the runtime: clock, ids, tokens, seals, limits, backoff, logs and metrics. */
export { retryDelayMs, type Retry } from './backoff.ts'
export { after, every, monotonicMs, nextTurn, nowMs, random, sleep } from './clock.ts'
export { isUuid, timeOfUuidv7, uuidv7, uuidv7Floor, uuidv7Maker } from './ids.ts'
export { spend, type LimitState, type LimitWindow, type Spending } from './limit.ts'
export { createLogger, LOG_LEVELS, type Logger, type LogLevel, type LogSettings } from './log.ts'
export { createMetrics, type Metrics, type MetricSpec } from './metrics.ts'
export { maskText } from './redaction.ts'
export { loadOrCreateToken, loadSealKey } from './sealed-files.ts'
export { createSealer, SealError, type Sealer } from './sealing.ts'
export {
  makeSigningSecret,
  signatureHeader,
  verifySignature,
  type SigningSecret,
} from './standard-webhooks.ts'
export { hashToken, makeToken, showToken, tokenLooksReal } from './tokens.ts'
