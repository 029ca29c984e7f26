import { type BigIntStats, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { ApiKey, Credentials, SigningKey } from './credentials.ts'
import { apiKeyOf, KeyRecord, signingKeyOf } from './key-records.ts'

export const KeyFile = z.object({ version: z.literal(1), keys: z.array(KeyRecord) })

/** Where the keys of a server with this data folder are. */
export function credentialPath(data: string): string {
  return join(data, 'credentials.json')
}

/** How old an answer may be: a key that is revoked is no good after so long, and no file is looked at more often. */
const LOOK_EVERY_MS = 200
const OPEN_TO_OTHERS = 0o077n

/**
 * The keys of a data folder, read again when the file is another. A file that cannot be read is told in the log, and the
 * keys that were there before it stay good; one that is gone has none.
 */
export class CredentialFile implements Credentials {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Logger
  #keys: ReadonlyMap<string, KeyRecord> = new Map()
  #seen = ''
  #lookedAt = Number.NEGATIVE_INFINITY

  /** Throws where a file is there and cannot be read. */
  constructor(path: string, clock: Clock, log: Logger) {
    this.#path = path
    this.#clock = clock
    this.#log = log
    this.#read(this.#stamp())
  }

  async signingKey(accessKeyId: string): Promise<SigningKey | undefined> {
    this.#look()
    return signingKeyOf(this.#keys.get(`sigv4 ${accessKeyId}`))
  }

  async apiKey(id: string): Promise<ApiKey | undefined> {
    this.#look()
    return apiKeyOf(this.#keys.get(`api ${id}`))
  }

  #look(): void {
    const now = this.#clock.now()
    if (now >= this.#lookedAt && now - this.#lookedAt < LOOK_EVERY_MS) return
    this.#lookedAt = now
    const stamp = this.#stamp()
    if (stamp === this.#seen) return
    try {
      this.#read(stamp)
      this.#log.info({ keys: this.#keys.size }, 'the keys were read again')
    } catch (error) {
      this.#seen = stamp
      this.#log.error({ err: error }, 'the file of keys cannot be read: those from before stay good')
    }
  }

  /** What changes when the file does; empty where there is none. */
  #stamp(): string {
    const stats = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    if (stats) this.#warnOfReaders(stats)
    return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : ''
  }

  #read(stamp: string): void {
    const file = stamp === '' ? { keys: [] } : readKeyFile(this.#path)
    this.#keys = new Map(file.keys.map((key) => [`${key.kind} ${key.id}`, key]))
    this.#seen = stamp
  }

  #warnOfReaders({ mode }: BigIntStats): void {
    if ((mode & OPEN_TO_OTHERS) === 0n || this.#seen !== '') return
    this.#log.warn({ path: this.#path }, 'other users of this machine can read the file of keys: chmod 600')
  }
}

/** Throws a sentence where the file is not one of keys. */
export function readKeyFile(path: string): z.infer<typeof KeyFile> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path} is not JSON`, { cause })
  }
  const parsed = KeyFile.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Error(`${path} is no file of keys: ${issue.path.join('.') || 'the file'}: ${issue.message}`)
}
