/** The one way in: a submission becomes a signal with a decision and deliveries, committed before anybody is told so. */
import { createGroupCommit, isDataError, type Database } from '../../platform/db/index.ts'
import { nowMs, uuidv7 } from '../../platform/runtime/index.ts'
import { bodyFor, takes, type Destination } from '../destinations/destination.ts'
import { decide, withPositions, type GateState } from '../gate.ts'
import type { Decision, DecisionKind, DecisionReason, Signal, SignalDraft, SignalSource } from '../signal.ts'
import {
  findFirsts,
  openTickers,
  writeGroup,
  type FirstOfRepeat,
  type JournalEntry,
  type RepeatKey,
  type Written,
} from './store.ts'
import type { LaneOffer } from '../outbox/delivery.ts'

export interface Submission {
  draft: SignalDraft
  source: SignalSource
  keyId?: string
  receivedAtMs: number
  repeat?: RepeatKey
  lagMsMax?: number
  /** Decided already, past the gate: the sell desk. */
  decided?: Decision
  /** Only these destinations, where given. */
  destinationIds?: readonly string[]
}

/** What the sender is told. `conflict`: the same id came before with another body; nothing was stored. */
export type Receipt =
  | { status: DecisionKind | 'duplicate'; reason: DecisionReason; signalId: string; ticker: string }
  | { status: 'conflict'; signalId: string; ticker: string }

export interface JournalPorts {
  db: Database
  /** This process, for its own counters. */
  node: string
  gateState(): GateState
  destinations(): readonly Destination[]
  /** Told after each commit of the signals that are new, with their decisions. */
  onWritten(entries: readonly JournalEntry[]): void
  /** Told after each commit, so that a deliverer in this process need not look for what it can be handed. */
  onQueued(offers: readonly LaneOffer[]): void
  waitingMax: number
  groupSizeMax: number
}

export interface Journal {
  /**
   * Resolves once the signal is committed. Throws `Overloaded` or `DatabaseUnavailable`: nothing was accepted, or the
   * repeat will tell.
   */
  accept(submission: Submission): Promise<Receipt>
  readonly waiting: number
  close(): Promise<void>
}

export function createJournal(ports: JournalPorts): Journal {
  const group = createGroupCommit<Submission, Receipt>({
    commit: (submissions) => commitGroup(ports, submissions),
    sizeMax: ports.groupSizeMax,
    groupsInFlight: 1,
    waitingMax: ports.waitingMax,
    isDataError,
    deadlineMs: 2_500,
  })
  return {
    accept: (submission) => group.add(submission),
    get waiting() {
      return group.depth
    },
    close: () => group.close(),
  }
}

async function commitGroup(ports: JournalPorts, submissions: readonly Submission[]): Promise<Receipt[]> {
  const decisions = await decideAll(ports, submissions)
  const entries = submissions.map((submission, i) => entryFor(ports, submission, decisions[i]!))
  const { firsts, later } = splitRepeats(entries)
  const { fresh, queued } = await writeGroup(ports.db, ports.node, firsts, later.size)
  ports.onQueued(offersOf(firsts, queued))
  ports.onWritten(firsts.filter((entry) => fresh.has(entry.signal.id)))
  const repeats = entries.filter((entry) => !fresh.has(entry.signal.id))
  if (repeats.length === 0) return entries.map(receiptFor)
  const known = await findFirsts(
    ports.db,
    repeats.map((entry) => entry.repeat!.key),
  )
  return entries.map((entry) => {
    if (fresh.has(entry.signal.id) && !later.has(entry)) return receiptFor(entry)
    return repeatReceipt(entry, known.get(entry.repeat!.key)!)
  })
}

/** The gate first; then, for the sells it would refuse, one look at the positions for the whole group. */
async function decideAll(ports: JournalPorts, submissions: readonly Submission[]): Promise<Decision[]> {
  const state = ports.gateState()
  const answers = submissions.map((submission) => submission.decided ?? decide(questionOf(submission), state))
  const asked = submissions
    .filter((_, i) => answers[i]!.kind === 'ask-positions')
    .map(({ draft }) => draft.ticker)
  const open = asked.length > 0 ? await openTickers(ports.db, asked) : new Set<string>()
  return answers.map((answer, i) => {
    const { ticker, side } = submissions[i]!.draft
    const decision =
      answer.kind === 'ask-positions' ? withPositions(answer.otherwise, open.has(ticker)) : answer
    if (decision.kind === 'approved' && side === 'buy') open.add(ticker)
    return decision
  })
}

function questionOf({ draft, receivedAtMs, lagMsMax }: Submission) {
  return {
    ticker: draft.ticker,
    side: draft.side,
    ...(draft.occurredAtMs !== undefined && { lagMs: receivedAtMs - draft.occurredAtMs }),
    ...(lagMsMax !== undefined && { lagMsMax }),
  }
}

function entryFor(ports: JournalPorts, submission: Submission, decision: Decision): JournalEntry {
  const signal: Signal = {
    ...submission.draft,
    id: uuidv7(nowMs()),
    source: submission.source,
    receivedAtMs: submission.receivedAtMs,
    ...(submission.keyId !== undefined && { keyId: submission.keyId }),
  }
  const deliveries =
    decision.kind === 'approved' ? route(signal, ports.destinations(), submission.destinationIds) : []
  decision = { ...decision, facts: { ...decision.facts, destinations: deliveries.length } }
  return { signal, decision, deliveries, ...(submission.repeat && { repeat: submission.repeat }) }
}

/** One delivery for each destination that takes the signal. */
export function route(signal: Signal, destinations: readonly Destination[], onlyIds?: readonly string[]) {
  return destinations
    .filter((d) => (onlyIds === undefined || onlyIds.includes(d.id)) && takes(d, signal))
    .map((d) => ({ destinationId: d.id, body: bodyFor(d, signal), maxAgeMs: d.settings.maxAgeMs }))
}

/** The rows just queued, as the deliverer wants them: in the order of their lanes. */
function offersOf(entries: readonly JournalEntry[], queued: Written['queued']): LaneOffer[] {
  const byId = new Map(entries.map((entry) => [entry.signal.id, entry]))
  const dueAtMs = nowMs()
  return queued
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ signalId, seq, destinationId, puts }) => {
      const { signal, deliveries } = byId.get(signalId)!
      const { body, maxAgeMs } = deliveries.find((d) => d.destinationId === destinationId)!
      const { ticker, side, receivedAtMs } = signal
      const maxAgeAtMs = receivedAtMs + maxAgeMs
      const delivery = {
        seq,
        signalId,
        destinationId,
        ticker,
        side,
        body,
        attempts: 0,
        dueAtMs,
        maxAgeAtMs,
        forced: false,
      }
      return { puts, delivery }
    })
}

/** Within one group only the first under a key is written; the statement cannot meet a key twice. */
function splitRepeats(entries: readonly JournalEntry[]) {
  const keys = new Set<string>()
  const later = new Set<JournalEntry>()
  for (const entry of entries) {
    if (entry.repeat === undefined) continue
    if (keys.has(entry.repeat.key)) later.add(entry)
    keys.add(entry.repeat.key)
  }
  return { firsts: entries.filter((entry) => !later.has(entry)), later }
}

function receiptFor({ signal, decision }: JournalEntry): Receipt {
  return { status: decision.kind, reason: decision.reason, signalId: signal.id, ticker: signal.ticker }
}

function repeatReceipt(entry: JournalEntry, first: FirstOfRepeat): Receipt {
  const { signalId, ticker, reason } = first
  if (entry.repeat!.named && first.bodyHash !== entry.repeat!.bodyHash)
    return { status: 'conflict', signalId, ticker }
  return { status: 'duplicate', reason, signalId, ticker }
}
