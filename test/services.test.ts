import { describe, expect, it } from 'vitest'
import {
  insistedOn,
  requireService,
  services,
  servicesRequired,
  serviceTitles,
  type ServiceName,
} from './services.ts'

const names = Object.keys(serviceTitles) as ServiceName[]

describe('services', () => {
  it.each(names)('says where %s is, or that it is not there', (name) => {
    const found = services[name]
    expect(found === null || found.length > 0).toBe(true)
  })

  it.each(names.filter((name) => services[name] !== null))('gives %s to whoever requires it', (name) => {
    expect(requireService(name)).toBe(services[name])
  })

  it.each(servicesRequired ? insistedOn : [])('has %s, since SERVICES=required', (name) => {
    expect(requireService(name)).not.toBeNull()
  })
})
