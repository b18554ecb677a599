/** Says in one word why no answer came. Pure. */
import { errors } from 'undici'

/** `connect`, `dns` and `tls`: nothing was sent. Else the request may have arrived. */
export type EgressFault = 'timeout' | 'connect' | 'dns' | 'tls' | 'reset' | 'protocol' | 'aborted'

const FAULT_OF_CODE = new Map<string, EgressFault>([
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['ERR_SOCKET_CONNECTION_TIMEOUT', 'timeout'],
  ['UND_ERR_ABORTED', 'aborted'],
  ['UND_ERR_DESTROYED', 'aborted'],
  ['UND_ERR_CLOSED', 'aborted'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'protocol'],
  ['EPROTO', 'tls'],
])

export function faultOf(error: Error): { error: EgressFault; message: string } {
  // Several addresses that all failed come as one error without a text of its own.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  const { code = '', syscall } = cause as NodeJS.ErrnoException
  return { error: kindOf(cause, code, syscall), message: (cause.message || code || cause.name).slice(0, 300) }
}

function kindOf(error: Error, code: string, syscall: string | undefined): EgressFault {
  const known = FAULT_OF_CODE.get(code)
  if (known !== undefined) return known
  if (syscall === 'getaddrinfo') return 'dns'
  if (syscall === 'connect') return 'connect'
  if (error instanceof errors.HTTPParserError || code.startsWith('HPE_')) return 'protocol'
  // OpenSSL's own words for a certificate: CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_GET_ISSUER_CERT ...
  return /^ERR_(TLS|SSL)|CERT|^UNABLE_TO_/.test(code) ? 'tls' : 'reset'
}
