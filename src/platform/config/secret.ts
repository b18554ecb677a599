/** A text that is not shown by accident: printed, logged or turned into JSON it is `***`. */
import { inspect } from 'node:util'

export interface Secret {
  /** The text itself. Call it where it is used, and keep the result in no object. */
  reveal(): string
  toString(): string
  toJSON(): string
}

export const MASK = '***'

/** Hides a text. */
export function secret(text: string): Secret {
  const hidden = {
    reveal: () => text,
    toString: () => MASK,
    toJSON: () => MASK,
    [Symbol.toPrimitive]: () => MASK,
    [inspect.custom]: () => MASK,
  }
  return Object.freeze(hidden)
}
