/**
 * The bus of several processes: Redis 7, one server or a cluster. A script numbers an event, keeps it a while and publishes
 * it on a sharded channel, all in one step and on one node. Redis may be flushed or lost at any moment: then the numbering
 * begins anew, and followers are told.
 */
import { createClient, createCluster } from '@redis/client'
import { after, every, type Logger, type Metrics } from '../runtime/index.ts'
import type { Bus, BusEvent, Follower } from './bus.ts'

export interface RedisSettings {
  /** One server, such as `redis://localhost:6379`, or the nodes of a cluster. */
  urls: readonly string[]
  cluster: boolean
  /** Names the numbering that this process begins where there is none. */
  epoch: string
  historyMax: number
  historyMs: number
  log: Logger
  metrics: Metrics
}

/** KEYS: counter, epoch, history, channel. ARGV: event, new epoch, history length, history life in ms. */
const PUBLISH = `
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[2]
  redis.call('DEL', KEYS[1], KEYS[3])
  redis.call('SET', KEYS[2], epoch)
end
local offset = redis.call('INCR', KEYS[1])
redis.call('RPUSH', KEYS[3], ARGV[1])
redis.call('LTRIM', KEYS[3], -tonumber(ARGV[3]), -1)
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
redis.call('SPUBLISH', KEYS[4], epoch .. ' ' .. string.format('%d', offset) .. ' ' .. ARGV[1])
return offset`

/** KEYS as above. ARGV: new epoch, life in ms, epoch and offset known. Gives epoch, offset, and the events not known. */
const LOOK = `
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[1]
  redis.call('DEL', KEYS[1], KEYS[3])
  redis.call('SET', KEYS[2], epoch)
end
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
local offset = tonumber(redis.call('GET', KEYS[1]) or '0')
local unknown = offset
if epoch == ARGV[3] then unknown = offset - tonumber(ARGV[4]) end
local events = {}
if unknown > 0 then events = redis.call('LRANGE', KEYS[3], -unknown, -1) end
return { epoch, string.format('%d', offset), events }`

const KEY_LIFE_FACTOR = 30
const CHECK_MS = 2_000
const PUBLISHING_MAX = 10_000
const RETRY_MS = 1_000

interface Followed {
  follower: Follower
  subscribed: boolean
  epoch: string
  offset: number
  /** Set while it is being looked up: what comes meanwhile is kept for after. */
  early: { epoch: string; event: BusEvent }[] | null
}

/** Connects in the background: the program starts and works without Redis. */
export function createRedisBus(settings: RedisSettings): Bus {
  const { epoch, historyMax, historyMs, metrics } = settings
  const redis = connect(settings)
  const { commands, subscriptions, isReady } = redis
  const lost = metrics.counter({ name: 'bus_events_lost_total', help: 'Events that Redis did not take.' })
  const lifeMs = String(historyMs * KEY_LIFE_FACTOR)
  let generation = 0
  let publishing = 0
  const newEpoch = () => `${epoch}.${generation++}`
  const { groups, look } = followGroups(redis, { newEpoch, lifeMs })

  // Finds what was missed while Redis was away.
  const stopChecking = every(
    CHECK_MS,
    async () => {
      if (!isReady()) return
      for (const [name, followed] of groups) if (followed.early === null) await look(name, followed)
    },
    () => {},
  )

  return {
    publish(name, json) {
      if (publishing >= PUBLISHING_MAX || !isReady()) return lost.inc()
      publishing++
      commands
        .eval(PUBLISH, { keys: keysOf(name), arguments: [json, newEpoch(), String(historyMax), lifeMs] })
        .catch(() => lost.inc())
        .finally(() => publishing--)
    },
    isHeard: () => true,
    async follow(name, follower) {
      const followed: Followed = { follower, subscribed: false, epoch: '', offset: 0, early: null }
      groups.set(name, followed)
      if (isReady()) await look(name, followed).catch(() => {})
      // Without Redis nothing comes, under a passing numbering, until it is back.
      if (followed.epoch === '') follower.reset(newEpoch(), 0, [])
    },
    unfollow(name) {
      groups.delete(name)
      if (isReady()) subscriptions.sUnsubscribe(channelOf(name)).catch(() => {})
    },
    async close() {
      await stopChecking()
      redis.close()
    },
  }
}

/** The groups that are followed: what comes in order is handed on, and what is missing is asked for. */
function followGroups(
  { commands, subscriptions }: Connection,
  { newEpoch, lifeMs }: { newEpoch(): string; lifeMs: string },
) {
  const groups = new Map<string, Followed>()

  /** Asks where the group stands, and takes over what this process has missed. */
  async function look(name: string, followed: Followed): Promise<void> {
    followed.early = []
    try {
      if (!followed.subscribed) await subscriptions.sSubscribe(channelOf(name), hear(name))
      followed.subscribed = true
      const known = [followed.epoch, String(followed.offset)]
      const answer = await commands.eval(LOOK, {
        keys: keysOf(name),
        arguments: [newEpoch(), lifeMs, ...known],
      })
      catchUp(followed, answer as unknown as [string, string, string[]])
    } finally {
      const { early } = followed
      followed.early = null
      for (const one of early ?? []) take(name, one.epoch, one.event)
    }
  }

  function take(name: string, itsEpoch: string, event: BusEvent): void {
    const followed = groups.get(name)
    if (followed === undefined) return
    const ahead = itsEpoch === followed.epoch ? event.offset - followed.offset : Number.POSITIVE_INFINITY
    if (followed.early !== null) followed.early.push({ epoch: itsEpoch, event })
    else if (ahead === 1) {
      followed.offset = event.offset
      followed.follower.event(event)
    } else if (ahead > 1) void look(name, followed).catch(() => {})
  }

  const hear = (name: string) => (text: string) => {
    const [, itsEpoch, offset, json] = /^(\S+) (\d+) (.*)$/s.exec(text)!
    take(name, itsEpoch!, { offset: Number(offset), json: json! })
  }
  return { groups, look }
}

function catchUp(followed: Followed, [epoch, last, texts]: [string, string, string[]]): void {
  const offset = Number(last)
  const recent = texts.map((json, i) => ({ offset: offset - texts.length + 1 + i, json }))
  const isWhole = epoch === followed.epoch && recent.length === offset - followed.offset
  Object.assign(followed, { epoch, offset })
  if (isWhole) for (const event of recent) followed.follower.event(event)
  else followed.follower.reset(epoch, offset, recent)
}

/** One hash tag, so that a cluster keeps all of a group on one node. */
const keysOf = (name: string) => ['n', 'e', 'h', 'c'].map((part) => `signalbox:{${name}}:${part}`)
const channelOf = (name: string) => keysOf(name)[3]!

function connect({ urls, cluster, log }: RedisSettings) {
  const quiet = (error: unknown) => log.debug({ err: error }, 'the bus has no Redis at the moment')
  const socket = { reconnectStrategy: (tries: number) => Math.min(2_000, 50 * 2 ** Math.min(tries, 6)) }
  if (cluster) {
    const client = createCluster({ rootNodes: urls.map((url) => ({ url })), defaults: { socket } })
    client.on('error', quiet)
    keepConnecting(client, quiet)
    return {
      commands: client,
      subscriptions: client,
      isReady: () => client.isOpen,
      close: () => client.destroy(),
    }
  }
  const client = createClient({ url: urls[0]!, socket, disableOfflineQueue: true })
  const subscriptions = client.duplicate({ disableOfflineQueue: false })
  for (const one of [client, subscriptions]) {
    one.on('error', quiet)
    keepConnecting(one, quiet)
  }
  return {
    commands: client,
    subscriptions,
    isReady: () => client.isReady && subscriptions.isReady,
    close() {
      client.destroy()
      subscriptions.destroy()
    },
  }
}

type Connection = ReturnType<typeof connect>

/** The first connection, tried until it stands; after that the client keeps it. */
function keepConnecting(client: { connect(): Promise<unknown> }, quiet: (error: unknown) => void): void {
  client.connect().catch((error: unknown) => {
    quiet(error)
    after(RETRY_MS, () => keepConnecting(client, quiet))
  })
}
