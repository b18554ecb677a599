/** The readers, a process of their own: many websockets that subscribe, count what they hear, and notice a gap. */
import { WebSocket } from 'ws'
import { groupOf } from './stream-groups.ts'

interface Plan {
  port: number
  readers: number
  /** Each reads one of so many groups, in turn. */
  groups: number
}

let heard = 0
let gaps = 0

function open({ port, groups }: Plan, reader: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/stream`, {
    perMessageDeflate: false,
    headers: { authorization: 'Bearer a-reader' },
  })
  let last = 0
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      socket.send(JSON.stringify({ op: 'subscribe', id: 1, groups: [groupOf(reader % groups)] }))
      resolve()
    })
    socket.on('message', (data: Buffer) => {
      // `{"op":"event","group":"signals","offset":12,...`: the offset without reading all of it.
      const at = data.indexOf('"offset":')
      if (data[7] !== 0x65 || at === -1) return
      const offset = Number.parseInt(data.toString('latin1', at + 9, at + 24), 10)
      if (last !== 0 && offset !== last + 1) gaps++
      last = offset
      heard++
    })
  })
}

process.on('message', async (plan: Plan) => {
  for (let made = 0; made < plan.readers; made += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, plan.readers - made) }, (_, i) => open(plan, made + i)),
    )
  // A benchmark that is over no longer listens.
  const tell = () => process.send!({ heard, gaps }, () => {})
  tell()
  setInterval(tell, 5)
})
process.on('disconnect', () => process.exit())
