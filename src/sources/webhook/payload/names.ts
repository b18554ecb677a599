/** The names under which senders write what a signal needs. Pure. */

export type Role =
  | 'ticker'
  | 'exchange'
  | 'side'
  /** Says a side in some bodies and something else in others: unknown words are passed over. */
  | 'maybe-side'
  | 'position'
  | 'position-before'
  | 'price'
  /** The price for 3Commas, a stop's trigger for OpenAlgo. */
  | 'trigger'
  | 'quantity'
  | 'time'
  | 'id'
  | 'strategy'
  | 'text'

export interface Meaning {
  role: Role
  /** Of several names for one thing the lowest rank wins. */
  rank: number
}

/** Folded names by role, best first; names on one line share a rank. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  ticker: [
    'ticker',
    'symbol',
    'tvinstrument',
    'stock instrument pair tradingsymbol currencypair scrip',
    'asset coin',
  ],
  exchange: ['exchange', 'tvexchange', 'venue'],
  side: [
    'side',
    'action strategyorderaction',
    'order orderside orderaction transactiontype',
    'direction signal',
  ],
  'maybe-side': ['type signaltype alerttype tradetype positionside event command cmd'],
  position: ['marketposition strategymarketposition strategyinfomarketposition', 'sentiment'],
  'position-before': ['prevmarketposition strategyprevmarketposition strategyinfoprevmarketposition'],
  price: [
    'price',
    'signalprice',
    'strategyorderprice orderprice',
    'lastprice currentprice entryprice',
    'rate openrate ltp last',
    'close closeprice',
    'barclose',
  ],
  trigger: ['triggerprice'],
  quantity: [
    'quantity qty',
    'size',
    'contracts strategyordercontracts ordercontracts',
    'amount orderamount orderquantity orderqty',
    'lots lot shares units',
  ],
  time: [
    'timenow',
    'time timestamp',
    'ts datetime triggeredat occurredat',
    'alerttime signaltime eventtime date',
  ],
  id: ['signalid', 'id', 'idempotencykey'],
  strategy: ['strategy', 'strategyname stratname', 'strategyid', 'algorithm algo', 'scanname', 'alertname'],
  text: ['msg message text alertmessage', 'content alert'],
}

const MEANINGS = new Map<string, Meaning>()
for (const [role, names] of Object.entries(NAMES) as [Role, readonly string[]][]) {
  names.forEach((line, rank) => {
    for (const name of line.split(' ')) MEANINGS.set(name, { role, rank })
  })
}

/**
 * Objects inside a body whose fields count as the body's; each field there is looked up under `prefix` +
 * name.
 */
const GROUPS = new Map<string, string>([
  ['data', ''],
  ['payload', ''],
  ['alert', ''],
  ['signal', ''],
  ['strategy', 'strategy'],
  ['strategyinfo', 'strategyinfo'],
  ['order', 'order'],
  ['bar', 'bar'],
])

const NAME_MAX = 40

/**
 * A name without case, `-`, `_`, `.` and blanks: `strategy-order-action` and `strategy.order_action` are
 * one.
 */
export function foldName(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code < 97 || code > 122) return name.toLowerCase().replaceAll(/[-_. ]/g, '')
  }
  return name
}

/** What a field of this name says, or undefined. */
export function meaningOf(name: string, prefix = ''): Meaning | undefined {
  if (name.length > NAME_MAX) return undefined
  return MEANINGS.get(prefix === '' ? foldName(name) : prefix + foldName(name))
}

/** The prefix of a group's fields; undefined when an object of this name is no group. */
export const groupPrefix = (name: string): string | undefined =>
  name.length > NAME_MAX ? undefined : GROUPS.get(foldName(name))
