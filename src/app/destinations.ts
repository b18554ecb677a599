/** The destinations that are not made by hand: the one of the environment, and the demo's inbox. */
import { isDataError } from '../platform/db/index.ts'
import { makeSigningSecret, nowMs, uuidv7 } from '../platform/runtime/index.ts'
import {
  DEFAULT_RETRY_DELAYS_MS,
  insertDestination,
  rotateSecrets,
  updateDestination,
  type Destination,
  type DestinationSettings,
} from '../signals/index.ts'
import { ownAddress } from './address.ts'
import type { Ground } from './ground.ts'

const MINUTE_MS = 60_000
/** Why a destination is disabled that the settings no longer name. */
const RETIRED = 'no longer in the settings'

/** Makes, changes or retires them so that they are what the settings say. */
export async function settleDestinations(ground: Ground): Promise<void> {
  const { config } = ground
  const environmentUrl = config.destWebhookUrl?.reveal()
  await settle(
    ground,
    'environment',
    environmentUrl === undefined ? null : { kind: 'webhook', url: environmentUrl, name: 'DEST_WEBHOOK_URL' },
  )
  await settle(
    ground,
    'demo',
    config.demo ? { kind: 'inbox', url: '', name: 'Inbox (simulated receiver)' } : null,
  )
}

type Wanted = Pick<Destination, 'kind' | 'url' | 'name'>

async function settle(ground: Ground, origin: 'environment' | 'demo', wanted: Wanted | null): Promise<void> {
  const { db, sealer, book } = ground
  const found = book.all().find((d) => d.origin === origin)
  if (wanted === null) {
    if (found !== undefined && found.state !== 'disabled')
      await updateDestination(db, sealer, { ...found, state: 'disabled', stateReason: RETIRED })
  } else if (found === undefined) {
    // Another process may be making it at this moment; then its row is as good as ours.
    await insertDestination(db, sealer, fresh(ground, origin, wanted)).catch((error: unknown) => {
      if (!isDataError(error)) throw error
    })
  } else {
    const next = asWanted(ground, found, wanted)
    if (JSON.stringify(next) !== JSON.stringify(found)) await updateDestination(db, sealer, next)
  }
  await book.reload()
}

/** What was retired is active again; what was disabled by hand, or by its receiver's 410, stays so. */
function asWanted(ground: Ground, found: Destination, wanted: Wanted): Destination {
  const { stateReason, ...kept } = found
  const isRetired = stateReason === RETIRED
  const secret = ground.config.destWebhookSecret?.reveal()
  const fromEnvironment = found.origin === 'environment'
  return {
    ...kept,
    ...(stateReason !== undefined && !isRetired && { stateReason }),
    url: wanted.kind === 'inbox' ? inboxUrl(ground, found.id) : wanted.url,
    state: isRetired ? 'active' : found.state,
    ...(fromEnvironment && { settings: { ...found.settings, ...environmentSettings(ground) } }),
    ...(fromEnvironment &&
      secret !== undefined &&
      secret !== found.secrets[0]?.secret && { secrets: rotateSecrets(found.secrets, secret, nowMs()) }),
  }
}

function fresh(ground: Ground, origin: 'environment' | 'demo', { kind, url, name }: Wanted): Destination {
  const id = uuidv7(nowMs())
  return {
    id,
    name,
    kind,
    origin,
    url: kind === 'inbox' ? inboxUrl(ground, id) : url,
    urlShown: '',
    state: 'active',
    filter: {},
    settings: environmentSettings(ground),
    secrets: [{ secret: ground.config.destWebhookSecret?.reveal() ?? makeSigningSecret() }],
    createdAtMs: nowMs(),
    updatedAtMs: nowMs(),
    version: 1,
  }
}

function environmentSettings({ config }: Ground): DestinationSettings {
  return {
    limits: config.destWebhookRateLimitingEnabled
      ? [{ permits: config.destWebhookMaxReqPerMin, windowMs: MINUTE_MS }]
      : [],
    concurrency: config.forwardingWorkers,
    timeoutMs: config.destWebhookTimeoutSec * 1000,
    maxAgeMs: config.destWebhookMaxAgeSec * 1000,
    retryDelaysMs: DEFAULT_RETRY_DELAYS_MS,
    action: config.mapSideToActionTraderspost,
  }
}

/** The inbox is reached as any receiver is: by HTTP, on this machine. */
function inboxUrl({ config }: Ground, id: string): string {
  return `${ownAddress(config)}/inbox/${id}`
}
