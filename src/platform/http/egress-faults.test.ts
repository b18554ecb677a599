import { errors } from 'undici'
import { describe, expect, it } from 'vitest'
import { faultOf } from './egress-faults.ts'

const coded = (code: string, syscall?: string) =>
  Object.assign(new Error(`it was ${code}`), { code, syscall })

describe('faultOf', () => {
  it.each([
    ['timeout', new errors.ConnectTimeoutError()],
    ['timeout', coded('ETIMEDOUT', 'connect')],
    ['connect', coded('ECONNREFUSED', 'connect')],
    ['connect', coded('EHOSTUNREACH', 'connect')],
    ['connect', new AggregateError([coded('ECONNREFUSED', 'connect'), coded('ENETUNREACH', 'connect')])],
    ['dns', coded('ENOTFOUND', 'getaddrinfo')],
    ['dns', coded('EAI_AGAIN', 'getaddrinfo')],
    ['tls', coded('CERT_HAS_EXPIRED')],
    ['tls', coded('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['tls', coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    ['tls', coded('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['tls', coded('ERR_SSL_WRONG_VERSION_NUMBER')],
    ['tls', coded('EPROTO', 'write')],
    ['reset', coded('ECONNRESET', 'read')],
    ['reset', coded('EPIPE', 'write')],
    ['reset', new errors.SocketError('other side closed')],
    ['protocol', coded('HPE_INVALID_CONSTANT')],
    ['protocol', new errors.HTTPParserError('bad')],
    ['protocol', new errors.HeadersOverflowError()],
    ['aborted', new errors.RequestAbortedError()],
    ['aborted', new errors.ClientDestroyedError()],
  ])('says %s of %s', (fault, error) => {
    const { error: kind, message } = faultOf(error)
    expect(kind).toBe(fault)
    expect(message).not.toBe('')
  })

  it('keeps its message short', () => {
    expect(faultOf(new Error('x'.repeat(9_000))).message).toHaveLength(300)
  })
})
