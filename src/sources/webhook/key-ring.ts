/** The webhook keys as every process holds them: found by the hash of their token, read again when one changed. */
import type { Database, VersionWatch } from '../../platform/db/index.ts'
import {
  hashToken,
  makeToken,
  nowMs,
  showToken,
  spend,
  uuidv7,
  type LimitState,
  type Sealer,
} from '../../platform/runtime/index.ts'
import type { KeyOptions, WebhookKey } from './key.ts'
import { insertKey, KEYS_VERSION, listKeys, noteKeyUse, type StoredKey } from './store.ts'

export interface KeyRing {
  /** The key of a token, by its hash: nothing is compared that time could tell apart. */
  byToken(token: string): WebhookKey | undefined
  /** Keys whose senders sign. */
  signing(): readonly WebhookKey[]
  all(): readonly WebhookKey[]
  find(id: string): WebhookKey | undefined
  /** Spends one request of a key's own limit; how long to wait when there is none left, else 0. */
  waitFor(key: WebhookKey, nowMs: number): number
  /** Notes that a key was used; written now and then. */
  used(key: WebhookKey, nowMs: number): void
  writeUse(): Promise<void>
  reload(): Promise<void>
}

export async function openKeyRing(db: Database, sealer: Sealer, versions: VersionWatch): Promise<KeyRing> {
  let keys: StoredKey[] = []
  let byHash = new Map<string, StoredKey>()
  let signing: StoredKey[] = []
  const usedIds = new Set<string>()
  const spent = new Map<string, LimitState>()
  const reload = async () => {
    keys = await listKeys(db, sealer)
    const live = keys.filter((key) => key.revokedAtMs === null)
    byHash = new Map(live.map((key) => [key.tokenHash.toString('base64'), key]))
    signing = live.filter((key) => key.signingSecret !== undefined)
  }
  await reload()
  versions.watch(KEYS_VERSION, reload)
  return {
    byToken: (token) => byHash.get(hashToken(token).toString('base64')),
    signing: () => signing,
    all: () => keys,
    find: (id) => keys.find((key) => key.id === id),
    waitFor(key, atMs) {
      const { perMinute } = key.options
      if (perMinute === undefined) return 0
      const spending = spend([{ permits: perMinute, windowMs: 60_000 }], spent.get(key.id) ?? [], atMs, 1)
      spent.set(key.id, spending.state)
      return spending.retryAfterMs
    },
    used(key, atMs) {
      key.lastUsedAtMs = atMs
      usedIds.add(key.id)
    },
    async writeUse() {
      if (usedIds.size === 0) return
      const ids = [...usedIds]
      usedIds.clear()
      await noteKeyUse(db, ids)
    },
    reload,
  }
}

/** Makes a key; the token is in the answer and nowhere else. */
export async function makeKey(
  db: Database,
  sealer: Sealer,
  { name, options, signingSecret }: { name: string; options: KeyOptions; signingSecret?: string },
): Promise<{ id: string; token: string }> {
  const token = makeToken('hook')
  const id = uuidv7(nowMs())
  await insertKey(db, sealer, {
    id,
    name,
    tokenHash: hashToken(token),
    tokenShown: showToken(token),
    options,
    ...(signingSecret !== undefined && { signingSecret }),
  })
  return { id, token }
}
