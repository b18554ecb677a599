/** How Redis is reached: one address, or the nodes of a cluster. Pure. */
import type { Kind } from './kind.ts'
import { MASK, secret, type Secret } from './secret.ts'

/** `redis://user:password@host:6379`, or `rediss://` with TLS. */
export const redisAddress: Kind<Secret> = {
  expects: 'an address such as redis://localhost:6379, or rediss://user:password@host:6379 with TLS',
  parse(text) {
    if (!/^rediss?:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined
    return new URL(text).hostname === '' ? undefined : secret(text)
  },
  show(value) {
    const url = new URL(value.reveal())
    if (url.password !== '') url.password = MASK
    return url.href
  },
  secret: true,
}

/** `node1:6379,node2:6379`. */
export const redisNodes: Kind<readonly string[]> = {
  expects: 'nodes such as node1:6379,node2:6379,node3:6379',
  parse(text) {
    const nodes = text.split(',').map((node) => node.trim())
    return nodes.every((node) => /^[A-Za-z0-9.-]+:\d{1,5}$/.test(node)) ? nodes : undefined
  },
  show: (nodes) => nodes.join(','),
  secret: false,
}

export interface RedisSettings {
  readonly redisUrl: Secret | undefined
  readonly redisHost: string | undefined
  readonly redisPort: number
  readonly redisPassword: Secret | undefined
  readonly redisClusterMode: boolean
  readonly redisClusterNodes: readonly string[] | undefined
}

/** The addresses to connect to; none when there is no Redis. `REDIS_URL` wins over `REDIS_HOST`; a cluster has its nodes. */
export function redisUrls(settings: RedisSettings): string[] {
  const auth = settings.redisPassword ? `:${encodeURIComponent(settings.redisPassword.reveal())}@` : ''
  if (settings.redisClusterMode && settings.redisClusterNodes !== undefined)
    return settings.redisClusterNodes.map((node) => `redis://${auth}${node}`)
  if (settings.redisUrl !== undefined) return [settings.redisUrl.reveal()]
  const { redisHost: host, redisPort: port } = settings
  return host === undefined ? [] : [`redis://${auth}${host.includes(':') ? `[${host}]` : host}:${port}`]
}
