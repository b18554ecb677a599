/** Finds placeholders that a sender's platform did not fill in. Pure. */
import { refuse, type Refusal } from './refusal.ts'

/**
 * TradingView `{{close}}`; TrendSpider `%last_price%`; Chartink and freqtrade `{stocks}` as a whole value.
 */
const DOUBLE_BRACES = /\{\{[^{}]{0,80}\}\}?/
const PERCENTS = /%[A-Za-z_]\w{2,60}%/
const BRACES = /^\{[A-Za-z_]\w{0,60}\}$/

/**
 * The placeholder's own word as it stands in a text, or null. `NaN` is what TradingView writes for a plot
 * without value.
 */
export function findPlaceholder(text: string): string | null {
  if (text === 'NaN') return text
  const double = text.includes('{{') ? DOUBLE_BRACES.exec(text) : null
  const found = double ?? (text.includes('%') ? PERCENTS.exec(text) : null)
  return found?.[0] ?? BRACES.exec(text)?.[0] ?? null
}

export function refusePlaceholder(word: string, field: string): Refusal {
  const message =
    word === 'NaN'
      ? `"${field}" is NaN: the plot or price behind it had no value when the alert fired`
      : `"${field}" still holds the placeholder ${word}: the sender's platform did not fill it in; ` +
        'check its spelling and that this kind of alert offers it'
  return refuse('unresolved-placeholder', field, message)
}

/** A refusal when the value is text with a placeholder in it. */
export function placeholderIn(value: unknown, field: string): Refusal | null {
  const word = typeof value === 'string' ? findPlaceholder(value) : null
  return word === null ? null : refusePlaceholder(word, field)
}
