import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openRedis, openRedisCluster } from '../../../test/redis.ts'
import { requireService } from '../../../test/services.ts'
import { createLogger, createMetrics } from '../runtime/index.ts'
import { createMemoryBus, createRedisBus, type Bus, type Follower } from './index.ts'

/** A follower that holds what it is told, and fails on a gap. */
function follow() {
  const heard: string[] = []
  const resets: string[] = []
  let offset = Number.NaN
  const follower: Follower = {
    reset(epoch, at, recent) {
      resets.push(epoch)
      heard.push(...recent.map((one) => one.json))
      offset = at
    },
    event(event) {
      if (event.offset !== offset + 1) throw new Error(`${event.offset} after ${offset}`)
      offset = event.offset
      heard.push(event.json)
    },
  }
  return { follower, heard, resets }
}

const until = async (look: () => unknown, value: unknown) => {
  await expect.poll(look, { timeout: 15_000 }).toEqual(value)
}
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i))

describe('a bus in memory', () => {
  it('carries events in order to who follows, and nothing before or after', async () => {
    const bus = createMemoryBus('e')
    const one = follow()
    bus.publish('g', '"early"')
    expect(bus.isHeard('g')).toBe(false)
    await bus.follow('g', one.follower)
    for (const n of numbers(5)) bus.publish('g', n)
    bus.publish('other', '9')
    bus.unfollow('g')
    bus.publish('g', '"late"')
    expect(one.heard).toEqual(numbers(5))
  })
})

const log = createLogger({ level: 'fatal', format: 'json' })
const redisBus = (urls: string[], cluster = false): Bus =>
  createRedisBus({
    urls,
    cluster,
    epoch: `e${Math.random()}`,
    historyMax: 1_000,
    historyMs: 60_000,
    log,
    metrics: createMetrics(),
  })

/** Follows on both until an event of the one reaches the other: then the connections stand. */
async function untilConnected(from: Bus, to: Bus): Promise<void> {
  const probe = follow()
  await to.follow('probe', probe.follower)
  await vi.waitUntil(
    () => {
      from.publish('probe', '1')
      return probe.heard.length > 0
    },
    { timeout: 15_000 },
  )
  to.unfollow('probe')
}

describe.skipIf(!requireService('redis'))('a bus over Redis', () => {
  let redis: Awaited<ReturnType<typeof openRedis>>
  let one: Bus
  let two: Bus
  beforeAll(async () => {
    redis = await openRedis()
    const urls = [`redis://127.0.0.1:${redis.port}`]
    one = redisBus(urls)
    two = redisBus(urls)
    await untilConnected(one, two)
    await untilConnected(two, one)
  })
  afterAll(async () => {
    await Promise.all([one.close(), two.close()])
    await redis.close()
  })

  it('carries what one process publishes to another, in one numbering, whoever publishes', async () => {
    const [here, there] = [follow(), follow()]
    await one.follow('shared', here.follower)
    await two.follow('shared', there.follower)
    for (const n of numbers(200)) (Number(n) % 2 ? one : two).publish('shared', n)
    await until(() => here.heard.length, 200)
    await until(() => there.heard, here.heard)
    expect(here.heard.toSorted()).toEqual(numbers(200).toSorted())
    expect(here.resets).toEqual(there.resets)
  })

  it('gives whoever follows late what is kept', async () => {
    for (const n of numbers(30)) one.publish('late', n)
    const first = follow()
    await expect
      .poll(async () => {
        const late = follow()
        await two.follow('late', late.follower)
        return late.heard
      })
      .toEqual(numbers(30))
    await two.follow('late', first.follower)
    one.publish('late', '30')
    await until(() => first.heard, numbers(31))
  })

  it('begins anew when Redis was killed, tells its followers, and goes on', async () => {
    const follower = follow()
    await two.follow('survives', follower.follower)
    one.publish('survives', '"before"')
    await until(() => follower.heard.at(-1), '"before"')
    await redis.kill()
    for (let i = 0; i < 10; i++) one.publish('survives', '"lost"')
    await redis.start()
    await expect
      .poll(
        () => {
          one.publish('survives', '"after"')
          return follower.heard.at(-1)
        },
        { timeout: 15_000 },
      )
      .toBe('"after"')
    expect(follower.resets.length).toBeGreaterThan(1)
    expect(follower.heard).not.toContain('"lost"')
  })
})

describe.skipIf(!requireService('redis'))('a bus over a Redis cluster of three', () => {
  it('carries the events of groups that lie on different nodes', async () => {
    const cluster = await openRedisCluster()
    const urls = cluster.nodes.map((node) => `redis://${node}`)
    const [one, two] = [redisBus(urls, true), redisBus(urls, true)]
    await untilConnected(one, two)
    const groups = Array.from({ length: 12 }, (_, i) => ({ name: `group-${i}`, ...follow() }))
    await Promise.all(groups.map(({ name, follower }) => two.follow(name, follower)))
    for (const n of numbers(50)) for (const { name } of groups) one.publish(name, n)
    for (const { heard } of groups) await expect.poll(() => heard, { timeout: 15_000 }).toEqual(numbers(50))
    await Promise.all([one.close(), two.close()])
    await cluster.close()
  }, 60_000)
})
