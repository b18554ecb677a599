/** What every call of rankings works with. */
import type { Database } from '../platform/db/index.ts'
import { judgeUrl, problem, type Guard, type networkList } from '../platform/http/index.ts'
import type { Rankings } from './role.ts'

export interface RankingRoutePorts {
  db: Database
  guard: Guard
  rankings: Rankings
  egressAllow: ReturnType<typeof networkList>
}

export const tags = ['rankings']
/** @throws a problem that says why an address set by a user is refused */
export function insistOnUrl(url: string, egressAllow: RankingRoutePorts['egressAllow']): void {
  const judged = judgeUrl(url, egressAllow)
  if (judged.verdict === 'refused')
    throw problem(400, `url-${judged.reason}`, judged.message, { field: 'url' })
}
