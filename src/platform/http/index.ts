/** The door of the HTTP room. */
export { parseJson, type JsonFault, type JsonFaultCode, type JsonLimits, type JsonReading } from './json-guard.ts'
export { pathAt } from './json-fault.ts'
export { splitArray, splitLines, type ItemTexts } from './json-items.ts'
