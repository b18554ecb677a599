/**
 * The door of the reading of payloads: from the text of a request to signals, or to what is wrong with it.
 */
export { MAPPED_FIELDS, type FieldMap, type MappedField } from './field-map.ts'
export { readPayload } from './read.ts'
export { redactSecrets } from './redact.ts'
export { REFUSAL_CODES, type PayloadItem, type Refusal, type RefusalCode } from './refusal.ts'
export type { Payload, PayloadRequest } from './request.ts'
