/** The settings as the program uses them: every value there, those that depend on others filled in. Pure. */
import type { SettingName, Values } from './table.ts'

/** Where a value came from. */
export type Origin =
  | { readonly from: 'default' }
  | { readonly from: 'environment' | 'file'; readonly name: string }

/** Something about one setting, as a whole line for the operator. */
export interface Remark {
  readonly setting: string
  readonly message: string
}

type Filled = 'demo' | 'finvizTickersPerPage' | 'maxReqPerMin' | 'publicUrl'

export interface Config extends Omit<Values, Filled> {
  /** Whether the simulated market runs. */
  readonly demo: boolean
  readonly finvizTickersPerPage: number
  readonly maxReqPerMin: number
  /** Without a slash at its end. With `PORT=0` it does not name the port. */
  readonly publicUrl: string
  readonly origins: Readonly<Record<SettingName, Origin>>
  /** What is odd but no reason to refuse; to be logged at the start. */
  readonly warnings: readonly Remark[]
}

export function fillIn(values: Values, origins: Config['origins'], warnings: readonly Remark[]): Config {
  const elite = values.finvizUseElite
  return Object.freeze({
    ...values,
    demo: values.demo === 'auto' ? !values.destWebhookUrl && !values.finvizUrl : values.demo === 'on',
    finvizTickersPerPage: values.finvizTickersPerPage ?? (elite ? 100 : 20),
    maxReqPerMin: values.maxReqPerMin ?? (elite ? 120 : 59),
    publicUrl: (values.publicUrl ?? urlOf(values)).replace(/\/+$/, ''),
    origins,
    warnings,
  })
}

function urlOf({ host, port }: Values): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** The log format, once it is known whether a person reads along. */
export function logFormat({ logFormat }: Pick<Values, 'logFormat'>, terminal: boolean): 'pretty' | 'json' {
  return logFormat === 'auto' ? (terminal ? 'pretty' : 'json') : logFormat
}
