/** Settings of the gate, of the queue, and of the destination that the environment names. */
import { decimalNumber, oneOf, secretBytes, wholeNumber, yesOrNo } from '../kind.ts'
import { secretWebAddress } from '../network.ts'
import { given, optional } from '../setting.ts'

export const destinationSettings = {
  DEST_WEBHOOK_URL: optional(secretWebAddress, {
    doc: 'Where approved signals go. Trusted, so it may be a private address. More destinations in the web app.',
  }),
  DEST_WEBHOOK_TIMEOUT: given(decimalNumber(0.1, 60), 5, {
    doc: 'Seconds a request to it may take.',
  }),
  DEST_WEBHOOK_MAX_REQ_PER_MIN: given(wholeNumber(1, 100_000), 60, {
    doc: 'Requests to it in any minute, at most.',
  }),
  DEST_WEBHOOK_RATE_LIMITING_ENABLED: given(yesOrNo, true, {
    doc: 'Whether that limit holds.',
  }),
  DEST_WEBHOOK_SECRET: optional(
    secretBytes(
      'whsec_ and 24 to 64 bytes in base64 (make them with: openssl rand -base64 32)',
      24,
      64,
      'whsec_',
    ),
    {
      doc: 'Secret that signs requests to it (Standard Webhooks): whsec_ and base64.',
      defaultShown: 'generated, sealed in DATA_DIR',
    },
  ),
  DEST_WEBHOOK_MAX_AGE_SEC: given(decimalNumber(1, 604_800), 60, {
    doc: 'Seconds from receipt after which a signal is no longer sent to it: it expires, visibly.',
  }),
  MAP_SIDE_TO_ACTION_TRADERSPOST: given(yesOrNo, true, {
    doc: 'The forwarded body also carries action, the name TradersPost has for side.',
  }),
} as const

export const gateSettings = {
  TOP_N: given(wholeNumber(0, 10_000), 15, {
    doc: 'A signal passes when its ticker ranks at most here; 0 turns the rank gate off. Exits of open positions pass.',
  }),
  FINVIZ_MAX_AGE_SEC: given(wholeNumber(1, 604_800), 300, {
    doc: 'A ranking older than this is stale.',
  }),
  FINVIZ_STALE_POLICY: given(oneOf(['reject', 'approve', 'hold']), 'reject', {
    doc: 'What the gate does with a signal while the ranking is stale.',
  }),
  FINVIZ_REPROCESS_ENABLED: given(yesOrNo, false, {
    doc: 'A signal rejected for its rank is decided again when its ticker enters the list in time.',
  }),
  FINVIZ_REPROCESS_WINDOW_SECONDS: given(wholeNumber(1, 86_400), 300, {
    doc: 'How long after the rejection.',
    aliases: ['FINVIZ_REPROCESS_WINDOW'],
  }),
} as const

export const queueSettings = {
  FORWARDING_WORKERS: given(wholeNumber(1, 1_024), 5, { doc: 'Deliveries sent at once.' }),
  QUEUE_MAX_SIZE: given(wholeNumber(1, 10_000_000), 100_000, {
    doc: 'Deliveries accepted and not yet made, at most; beyond it intake answers 503.',
  }),
  SIGNAL_RETENTION_DAYS: given(wholeNumber(1, 3_650), 30, {
    doc: 'Days that signals, decisions and deliveries are kept.',
  }),
  METRICS_RETENTION_DAYS: given(wholeNumber(1, 3_650), 90, {
    doc: 'Days that stored metrics and rankings are kept.',
  }),
} as const
