/** How this process reaches its own gateway. Pure. */
import type { Config } from '../platform/config/index.ts'

/** `http://127.0.0.1:8080`: a wildcard host is reached by loopback. */
export function ownAddress({ host, port }: Pick<Config, 'host' | 'port'>): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
