/** The bus of a program that is one process. */
import type { Bus, Follower } from './bus.ts'

/** @param epoch another one at each start */
export function createMemoryBus(epoch: string): Bus {
  const groups = new Map<string, { follower: Follower; offset: number }>()
  /** A group that is followed anew must not count from 1 under the same name. */
  let generation = 0
  return {
    publish(name, json) {
      const group = groups.get(name)
      if (group !== undefined) group.follower.event({ offset: ++group.offset, json })
    },
    isHeard: (name) => groups.has(name),
    async follow(name, follower) {
      groups.set(name, { follower, offset: 0 })
      follower.reset(`${epoch}.${generation++}`, 0, [])
    },
    unfollow: (name) => void groups.delete(name),
    close: async () => groups.clear(),
  }
}
