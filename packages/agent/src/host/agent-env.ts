import { resolve } from 'node:path'

/** Tells agents in which folder the server keeps what has to outlive it, for what they keep themselves. */
export function agentEnv(data: string | undefined): Readonly<Record<string, string>> {
  return data === undefined ? {} : { LONGWIRE_DATA: resolve(data) }
}
