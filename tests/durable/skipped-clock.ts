import { randomBytes } from 'node:crypto'

/** Time that goes on as it does, for the server and its agents, and that a test can skip. */
export class SkippedClock {
  readonly now = () => Date.now() + this.#ahead
  readonly random = Math.random
  #ahead = 0

  skip(ms: number): void {
    this.#ahead += ms
  }

  randomId(): string {
    return randomBytes(32).toString('base64url')
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
