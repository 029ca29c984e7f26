import type { Stay } from './stay.ts'

/** A door said no. */
export class DoorError extends Error {
  override readonly name = 'DoorError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a door of the server answers, asked as the one who is here. Rejects with `DoorError` where it says no. */
export async function asked<T>(stay: Stay, path: string, init: RequestInit = {}): Promise<T> {
  const ticket = stay.kind === 'watch' ? { authorization: `Bearer ${stay.ticket}` } : {}
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...ticket, ...init.headers } })
  const body = await response.json().catch(() => ({}))
  if (!response.ok) {
    const { message = `the server answered ${response.status}` } = body as { message?: string }
    throw new DoorError(response.status, message)
  }
  return body as T
}
