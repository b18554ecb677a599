/** The door of HTTP: the server, its errors and guards, JSON that can be trusted, and the one way out. */
export { clientAddress, isIn, isLoopbackAddress, networkList } from './address.ts'
export { createEgress, type Egress, type EgressRequest, type EgressResult } from './egress-client.ts'
export { judgeUrl, type UrlVerdict } from './egress-addresses.ts'
export { createFailures, type Failures } from './failures.ts'
export { createGuard, type Guard } from './guard.ts'
export { CAPABILITY_NAMES, ROLES, type Capability, type Identity, type Role } from './identity.ts'
export {
  JSON_LIMITS,
  parseJson,
  type JsonFault,
  type JsonFaultCode,
  type JsonLimits,
  type JsonReading,
} from './json-guard.ts'
export { findFault } from './json-fault.ts'
export { splitArray, splitLines, type ItemTexts } from './json-items.ts'
export { operationRoutes, type Probe } from './operations.ts'
export { Problem, problem, sendProblem, toProblem, unavailable } from './problem.ts'
export { createHttpServer, pages, rawBodies, withZod, type HttpServer, type ZodApp } from './server.ts'
