import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signal } from './signal.ts'
import { checkTemplate, defaultBody, renderTemplate } from './template.ts'

const signal: Signal = {
  id: '01a1fb74-b352-72a3-81d0-7391f5015f67',
  source: 'webhook',
  ticker: 'AAPL',
  side: 'buy',
  price: '150.25',
  strategy: 'say "hi"\\',
  receivedAtMs: 0,
  body: '{}',
}

describe('a template', () => {
  it.each([
    ['fills a quoted field', '{"t":"{{ticker}}"}', '{"t":"AAPL"}'],
    ['fills a bare number', '{"p":{{price}}}', '{"p":150.25}'],
    ['gives null for an absent bare field', '{"q":{{quantity}}}', '{"q":null}'],
    ['gives nothing for an absent quoted field', '{"q":"{{quantity}}"}', '{"q":""}'],
    ['quotes a bare text', '{"t":{{ticker}}}', '{"t":"AAPL"}'],
    ['fills two fields in one text', '{"m":"{{side}} {{ticker}}"}', '{"m":"buy AAPL"}'],
    ['escapes what would end the text', '{"s":"{{strategy}}"}', '{"s":"say \\"hi\\"\\\\"}'],
    ['fills plain text as it is', '{{side}} {{ticker}} {{strategy}}', 'buy AAPL say "hi"\\'],
  ])('%s', (_title, template, body) => {
    expect(checkTemplate(template).ok).toBe(true)
    expect(renderTemplate(template, signal)).toBe(body)
  })

  it.each([
    ['an unknown field', '{"a":"{{prise}}"}', 'prise'],
    ['a field that is never closed', '{"a":"{{price"}', 'never closed'],
    ['a body that is not JSON', '{"a": {{price}}', 'no valid JSON'],
    ['a body that is too long', 'x'.repeat(8_001), 'longer than'],
  ])('is refused for %s', (_title, template, message) => {
    const check = checkTemplate(template)
    expect(check.ok ? '' : check.message).toContain(message)
  })

  it.each([
    ['{"a":"{{prise}}"}', 1, 7],
    ['{\n "a": {{price}},\n}', 3, 1],
    ['{"a": {{received_at}}} x', 1, 24],
    ['{"a":"{{price"}', 1, 7],
    ['{"a": {{price}}', 1, 16],
  ])('says where %j is wrong', (template, line, column) => {
    expect(checkTemplate(template)).toMatchObject({ ok: false, at: { line, column } })
  })

  it('gives JSON whatever the signal says', () => {
    const template = '{"a":"{{strategy}} {{ticker}}","b":{{strategy}},"c":{{price}}}'
    fc.assert(
      fc.property(fc.string(), fc.string(), (strategy, ticker) => {
        const body = renderTemplate(template, { ...signal, strategy, ticker })
        expect(JSON.parse(body)).toEqual({ a: `${strategy} ${ticker}`, b: jsonOf(strategy), c: 150.25 })
      }),
    )
  })
})

/** A bare text that reads like a number is one. */
const jsonOf = (text: string) => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text)

describe('the default body', () => {
  it('never rounds a price', () => {
    const price = '0.1234567890123456789'
    expect(JSON.parse(defaultBody({ ...signal, price }, { action: true }))).toMatchObject({
      price,
      action: 'buy',
    })
    expect(JSON.parse(defaultBody({ ...signal, price: '150.250' }, { action: false }))).toMatchObject({
      price: 150.25,
    })
  })
})
