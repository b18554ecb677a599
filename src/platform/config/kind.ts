/**
 * The kinds of value a setting can have: how its text is read, and what is said when it is not right. Pure.
 */
import { MASK, secret, type Secret } from './secret.ts'

export interface Kind<T> {
  /** What would be right; follows "expected". */
  readonly expects: string
  /** The value, or undefined when the text (trimmed, never empty) is not right. */
  parse(text: string): T | undefined
  /** The value as people may see it. */
  show(value: T): string
  /** Its text is never repeated, not even in the message that it is wrong. */
  readonly secret: boolean
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), min, max) : undefined),
    show: String,
    secret: false,
  }
}

/** A number that may have decimals, as in `2.5`. */
export function decimalNumber(min: number, max: number): Kind<number> {
  return {
    expects: `a number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,9}(\.\d{1,6})?$/.test(text) ? within(Number(text), min, max) : undefined),
    show: String,
    secret: false,
  }
}

const within = (value: number, min: number, max: number) => (value >= min && value <= max ? value : undefined)

const YES = new Set(['true', '1', 'yes', 'on'])
const NO = new Set(['false', '0', 'no', 'off'])

export const yesOrNo: Kind<boolean> = {
  expects: 'true or false',
  parse(text) {
    const word = text.toLowerCase()
    return YES.has(word) ? true : NO.has(word) ? false : undefined
  },
  show: String,
  secret: false,
}

/** One of a few words, in any case; `synonyms` are other words for some of them. */
export function oneOf<const W extends string>(
  words: readonly W[],
  synonyms: Record<string, W> = {},
): Kind<W> {
  return {
    expects: sentenceOf(words),
    parse(text) {
      const word = text.toLowerCase()
      return (
        words.find((known) => known === word) ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined)
      )
    },
    show: String,
    secret: false,
  }
}

/** Some of a few words, separated by commas; `all` stands for every one. */
export function someOf<const W extends string>(words: readonly W[]): Kind<readonly W[]> {
  return {
    expects: `all, or some of ${words.join(', ')}, separated by commas`,
    parse(text) {
      const named = listOf(text).map((part) => part.toLowerCase())
      if (named.length === 1 && named[0] === 'all') return words
      return named.every((word) => words.some((known) => known === word))
        ? words.filter((known) => named.includes(known))
        : undefined
    },
    show: (chosen) => (chosen.length === words.length ? 'all' : chosen.join(',')),
    secret: false,
  }
}

const TEXT_MAX = 1_024

const LINE = `a line of at most ${TEXT_MAX} characters`

/** One line of text. */
export const line: Kind<string> = {
  expects: LINE,
  parse: (text) => (text.length <= TEXT_MAX && isOneLine(text) ? text : undefined),
  show: String,
  secret: false,
}

/** One word of a form. */
export function word(expects: string, form: RegExp): Kind<string> {
  return { expects, parse: (text) => (form.test(text) ? text : undefined), show: String, secret: false }
}

/** A text that is not shown. */
export function secretKind(
  expects: string = LINE,
  isRight: (text: string) => boolean = (text) => text.length <= TEXT_MAX && isOneLine(text),
): Kind<Secret> {
  return {
    expects,
    parse: (text) => (isRight(text) ? secret(text) : undefined),
    show: () => MASK,
    secret: true,
  }
}

const SAMPLE = /change.?me|your[-_ ]|example|password|^(.)\1*$|^(secret|token|admin|test|default)[-_ ]?/i

/** A bearer token that is neither short nor the sample value of somebody's documentation. */
export const token = secretKind(
  'at least 16 characters that are no sample value (leave it out, and one is generated)',
  (text) => text.length >= 16 && text.length <= TEXT_MAX && /^[\x21-\x7e]+$/.test(text) && !SAMPLE.test(text),
)

/** Bytes as base64, of a length between two bounds, behind a prefix. */
export function secretBytes(expects: string, min: number, max: number, prefix = ''): Kind<Secret> {
  return secretKind(expects, (text) => {
    if (!text.startsWith(prefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(text.slice(prefix.length))) return false
    const { length } = Buffer.from(text.slice(prefix.length), 'base64')
    return length >= min && length <= max
  })
}

/** The parts of a comma-separated text. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const isOneLine = (text: string): boolean => !/[\u0000-\u001f\u007f]/.test(text)

const sentenceOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
