import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { credentialPath, readKeyFile } from './credential-file.ts'
import { type KeyRecord, type MadeKey, makeKey, type WantedKey } from './key-records.ts'

/** A key without what makes it one. */
export type ListedKey = Pick<KeyRecord, 'kind' | 'id' | 'principal' | 'roles' | 'createdAt' | 'expiresAt'>

const LOCK_TRIES = 100
const LOCK_WAIT_MS = 50
/** Whoever held a lock for so long has died. */
const LOCK_STALE_MS = 10_000

/** Makes a key in this data folder. Its secret is in what is answered, and never shown again. */
export async function createKey(data: string, wanted: WantedKey, now: number = Date.now()): Promise<MadeKey> {
  const [record, made] = makeKey(wanted, now)
  await change(data, (keys) => [...keys, record])
  return made
}

export function listKeys(data: string): readonly ListedKey[] {
  const path = credentialPath(data)
  const keys = existsSync(path) ? readKeyFile(path).keys : []
  return keys.map(({ kind, id, principal, roles, createdAt, expiresAt }) => ({
    ...{ kind, id, principal, roles, createdAt },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }))
}

/** Takes a key out: a server that runs on this folder lets go of its lines within a second. False where there is none. */
export async function revokeKey(data: string, id: string): Promise<boolean> {
  let wasThere = false
  await change(data, (keys) => {
    const left = keys.filter((key) => key.id !== id)
    wasThere = left.length < keys.length
    return left
  })
  return wasThere
}

/** Two commands at once wait for each other, and a reader sees the file before or after, never a half. */
async function change(data: string, next: (keys: readonly KeyRecord[]) => readonly KeyRecord[]): Promise<void> {
  const path = credentialPath(data)
  mkdirSync(dirname(path), { recursive: true })
  const unlock = await lock(`${path}.lock`)
  try {
    const keys = next(existsSync(path) ? readKeyFile(path).keys : [])
    writeWhole(path, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`)
  } finally {
    unlock()
  }
}

function writeWhole(path: string, text: string): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}`
  const file = openSync(beside, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

async function lock(path: string): Promise<() => void> {
  for (let tries = 1; ; tries++) {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      return () => rmSync(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === LOCK_TRIES) throw error
    }
    const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    if (since !== undefined && Date.now() - since > LOCK_STALE_MS) rmSync(path, { force: true })
    else await wait(LOCK_WAIT_MS)
  }
}
