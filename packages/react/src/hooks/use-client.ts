import type { Client } from '@longwire/client'
import { use } from 'react'
import { LongwireContext } from '../context.ts'

/** The client of the provider above. */
export function useClient(): Client {
  const { client } = use(LongwireContext)
  if (!client) throw new Error('no client: put a <LongwireProvider client={…}> around')
  return client
}
