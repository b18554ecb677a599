/** Settings of Redis, which carries events between processes; one process needs none. */
import { secretKind, wholeNumber, yesOrNo } from '../kind.ts'
import { host } from '../network.ts'
import { redisAddress, redisNodes } from '../redis-url.ts'
import { given, optional } from '../setting.ts'

export const redisSettings = {
  REDIS_URL: optional(redisAddress, {
    doc: 'Redis 7 or newer. It carries the stream between processes; nothing is kept there that may not be lost.',
    defaultShown: 'none: in memory, for one process',
  }),
  REDIS_HOST: optional(host, { doc: 'Redis by its parts instead of REDIS_URL: the host.' }),
  REDIS_PORT: given(wholeNumber(1, 65_535), 6_379, { doc: 'Port at REDIS_HOST.' }),
  REDIS_PASSWORD: optional(secretKind(), { doc: 'Password at REDIS_HOST or of the cluster.' }),
  REDIS_CLUSTER_MODE: given(yesOrNo, false, { doc: 'Whether REDIS_CLUSTER_NODES are a cluster to be used.' }),
  REDIS_CLUSTER_NODES: optional(redisNodes, {
    doc: 'Some nodes of the cluster, as host:port,host:port; the others are found.',
  }),
} as const
