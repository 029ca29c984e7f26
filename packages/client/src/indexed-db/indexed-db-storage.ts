import type { ClientStorage } from '../storage.ts'

const SHELF = 'kept'

// The part of IndexedDB that is used here: the client is typed without a page.
interface Asked {
  readonly result: unknown
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}
interface Shelf {
  get(key: string): Asked
  put(value: string, key: string): Asked
  delete(key: string): Asked
}
interface Database {
  createObjectStore(name: string): unknown
  transaction(name: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): Shelf }
}
interface Opening extends Asked {
  onupgradeneeded: (() => void) | null
}

/** A storage in the database of this name, which is made where it is not there. */
export function indexedDbStorage(name = 'longwire'): ClientStorage {
  let opened: Promise<Database> | undefined
  const shelf = async (mode: 'readonly' | 'readwrite') => {
    opened ??= open(name)
    return (await opened).transaction(SHELF, mode).objectStore(SHELF)
  }
  return {
    getItem: async (key) => ((await done((await shelf('readonly')).get(key))) as string | undefined) ?? null,
    setItem: async (key, value) => void (await done((await shelf('readwrite')).put(value, key))),
    removeItem: async (key) => void (await done((await shelf('readwrite')).delete(key))),
  }
}

async function open(name: string): Promise<Database> {
  const { indexedDB } = globalThis as unknown as { indexedDB: { open(name: string, version: number): Opening } }
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => (opening.result as Database).createObjectStore(SHELF)
  return (await done(opening)) as Database
}

function done(asked: Asked): Promise<unknown> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}
