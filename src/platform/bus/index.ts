/** The door of the bus: in memory for one process, over Redis for several. */
export type { Bus, BusEvent, Follower } from './bus.ts'
export { createMemoryBus } from './memory-bus.ts'
export { createRedisBus, type RedisSettings } from './redis-bus.ts'
