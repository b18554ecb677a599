/** Structured logs: one JSON object a line, so that no text can forge a line, and never a secret in it. */
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import { prettyFactory } from 'pino-pretty'
import { MASK, maskText, withoutSecrets } from './redaction.ts'

export type { Logger }

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogSettings {
  level: LogLevel
  /** `pretty` is for a person at a terminal, `json` for everything else. */
  format: 'pretty' | 'json'
  /** Where lines go; standard output when absent. */
  destination?: DestinationStream
}

/**
 * A logger that masks values named like a secret at any depth, and text that looks like one. Times are
 * ISO-8601.
 */
export function createLogger({ level, format, destination }: LogSettings): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
    // What a child logger is given does not pass the formatter above.
    redact: { paths: CHILD_PATHS, censor: MASK },
    hooks: { streamWrite: maskText },
  }
  if (format === 'json') return destination ? pino(options, destination) : pino(options)
  return pino(options, prettified(destination ?? process.stdout))
}

function prettified(destination: DestinationStream): DestinationStream {
  const format = prettyFactory({
    colorize: destination === process.stdout && process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    messageFormat: (line, messageKey) => escapeControls(String(line[messageKey] ?? '')),
  })
  return { write: (line) => destination.write(String(format(line) ?? '')) }
}

const CHILD_NAMES = [
  'authorization',
  'cookie',
  'key',
  'apiKey',
  'apikey',
  'password',
  'passphrase',
  'secret',
  'token',
]
const CHILD_PATHS = [
  ...CHILD_NAMES,
  ...CHILD_NAMES.map((name) => `*.${name}`),
  '["x-api-key"]',
  'headers["x-api-key"]',
]

/** A terminal obeys control characters; a message shows them instead. */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (c) => JSON.stringify(c).slice(1, -1))
}
