import type { ClientStorage } from '../src/index.ts'

/** A storage that outlives the pages of a test. */
export class Kept implements ClientStorage {
  readonly values = new Map<string, string>()

  getItem(key: string): string | null {
    return this.values.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.values.set(key, value)
  }

  removeItem(key: string): void {
    this.values.delete(key)
  }
}

/** The same, taking its time as IndexedDB does. */
export class SlowlyKept implements ClientStorage {
  readonly #kept = new Kept()

  async getItem(key: string): Promise<string | null> {
    await Promise.resolve()
    return this.#kept.getItem(key)
  }

  async setItem(key: string, value: string): Promise<void> {
    await Promise.resolve()
    this.#kept.setItem(key, value)
  }

  async removeItem(key: string): Promise<void> {
    await Promise.resolve()
    this.#kept.removeItem(key)
  }
}
