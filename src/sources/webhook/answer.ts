/** What a sender is told: a status it can act on, and for each item the journal's word or the exact fault. Pure. */
import type { Receipt } from '../../signals/index.ts'
import type { ItemAnswer } from './intake.ts'

export interface ItemReply {
  id: string | null
  signal_id: string | null
  status: 'approved' | 'rejected' | 'held' | 'duplicate' | 'conflict' | 'refused'
  reason?: string
  queued: boolean
  queue_size: number
  ticker?: string
  field?: string | null
  message?: string
}

export function itemReply(answer: ItemAnswer, queueSize: number): ItemReply {
  if (!answer.ok) {
    const { code, field, message } = answer
    return {
      id: null,
      signal_id: null,
      status: 'refused',
      reason: code,
      queued: false,
      queue_size: queueSize,
      field,
      message,
    }
  }
  return receiptReply(answer.receipt, queueSize)
}

function receiptReply(receipt: Receipt, queueSize: number): ItemReply {
  const { signalId, ticker, status } = receipt
  const base = { id: signalId, signal_id: signalId, status, queue_size: queueSize, ticker }
  if (status === 'conflict') {
    return {
      ...base,
      queued: false,
      reason: 'id-conflict',
      message: 'This id came before with another body; the first one counts.',
    }
  }
  return { ...base, queued: true, reason: receipt.reason }
}

/** 202 when anything was taken; else 409 for an id that came before with another body, 400 for the rest. */
export function statusOf(replies: readonly ItemReply[]): 202 | 400 | 409 {
  if (replies.some((reply) => reply.queued)) return 202
  return replies.every((reply) => reply.status === 'conflict') ? 409 : 400
}
