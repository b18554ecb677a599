import { afterEach, expect, it } from 'vitest'
import { guardedConnector, RefusedAddress } from './egress-connect.ts'
import { closeAll, ok, PUBLIC, serve } from './egress-loopback.ts'
import { parseAllowList } from './egress-networks.ts'

afterEach(closeAll)

it.each([
  ['127.0.0.1', false],
  [PUBLIC, true],
])('judges an address without a name too, although sockets resolve none: %s', async (hostname, isOpen) => {
  const seen = await serve(ok, hostname)
  const connect = guardedConnector(parseAllowList([`${PUBLIC}/32`]))
  const error = await new Promise((resolve) => {
    connect({ hostname, protocol: 'http:', port: String(seen.port) }, (error, socket) => {
      socket?.destroy()
      resolve(error)
    })
  })
  expect(error instanceof RefusedAddress).toBe(!isOpen)
  expect(seen.connections).toBe(isOpen ? 1 : 0)
})
