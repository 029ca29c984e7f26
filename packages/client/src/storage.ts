/** Where a client keeps what shall outlive the page: the shape of `localStorage`, which it may be, or one that takes its time. */
export interface ClientStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): void | Promise<void>
  removeItem(key: string): void | Promise<void>
}
