/** What the reading of a payload starts from, and what it ends with. */
import type { Side } from '../../../signals/index.ts'
import type { FieldMap } from './field-map.ts'
import type { PayloadItem, Refusal } from './refusal.ts'

export interface ReadContext {
  nowMs: number
  /**
   * Parameters of the address; only `ticker`/`symbol`, `side`/`action`, `exchange` and `strategy` are
   * looked at.
   */
  query?: Readonly<Record<string, string | undefined>> | undefined
  fieldMap?: FieldMap | undefined
  /** What the key says of bodies that do not say it: the side, and the IANA zone of times without one. */
  defaults?: { side?: Side; timezone?: string } | undefined
}

export interface PayloadRequest extends ReadContext {
  /** The body, decoded from UTF-8. */
  text: string
  contentType?: string | undefined
}

/**
 * `credentials`: what stood in places of credentials, to be tried as keys; it is in no other part of the
 * answer.
 */
export type Payload =
  | { outcome: 'signals'; items: PayloadItem[]; batch: boolean; credentials: string[] }
  | ({ outcome: 'refused'; body: string; credentials: string[] } & Refusal)

/** Up to so many signals in one request. */
export const ITEMS_MAX = 1_000
