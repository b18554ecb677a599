/** What a client and the stream say to each other (contracts.md, Stream). Pure. */
import { z } from 'zod'
import type { Position } from './group.ts'

const GROUPS_PER_CALL = 1_000
export const MESSAGE_BYTES_MAX = 262_144

const groupName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9._:/%-]+$/, 'has signs that no group name has')
const id = z.union([z.int(), z.string().max(60)]).optional()
const position = z.strictObject({ epoch: z.string().max(60), offset: z.int().min(0) })

const clientMessage = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('subscribe'),
    id,
    groups: z.array(groupName).min(1).max(GROUPS_PER_CALL),
    from: z.record(groupName, position).optional(),
  }),
  z.strictObject({
    op: z.literal('unsubscribe'),
    id,
    groups: z.array(groupName).min(1).max(GROUPS_PER_CALL),
  }),
  z.strictObject({ op: z.literal('ping'), id }),
])
export type ClientMessage = z.infer<typeof clientMessage>
export type MessageId = ClientMessage['id']

export type ReadMessage = { ok: true; message: ClientMessage } | { ok: false; id: MessageId; message: string }

export function readMessage(text: string): ReadMessage {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return {
      ok: false,
      id: undefined,
      message: 'This is not JSON. Send {"op":"subscribe","id":1,"groups":["signals"]}.',
    }
  }
  const read = clientMessage.safeParse(value)
  if (read.success) return { ok: true, message: read.data }
  const [issue] = read.error.issues
  const { id: given } = Object(value) as { id?: unknown }
  return {
    ok: false,
    id: typeof given === 'number' || typeof given === 'string' ? given : undefined,
    message: `${issue!.path.join('.') || 'message'}: ${issue!.message}`,
  }
}

/** The frame of an event; the payload is serialised here, once however many read it. */
export const eventFrame = (group: string, offset: number, json: string): Buffer =>
  Buffer.from(`{"op":"event","group":${JSON.stringify(group)},"offset":${offset},"data":${json}}`)

export type GroupAnswer = Position & {
  /** Whether everything since the position the client named follows; absent when it named none. */
  recovered?: boolean
}

export const subscribedText = (id: MessageId, groups: Record<string, GroupAnswer>): string =>
  JSON.stringify({ op: 'subscribed', id, groups })
export const unsubscribedText = (id: MessageId, groups: readonly string[]): string =>
  JSON.stringify({ op: 'unsubscribed', id, groups })
export const pongText = (id: MessageId): string => JSON.stringify({ op: 'pong', id })
export const errorText = (id: MessageId, code: string, message: string): string =>
  JSON.stringify({ op: 'error', id, code, message })

/** Why the stream ends a connection; a client waits a little, then comes back, but for those that say it must not. */
export const CLOSE = {
  /** Come back to another process, after a random part of the seconds in the reason. */
  goingAway: 1001,
  /** Do not come back before logging in again. */
  notAllowed: 4401,
  tooManyConnections: 4429,
  tooManyMessages: 4430,
  tooSlow: 4408,
} as const
