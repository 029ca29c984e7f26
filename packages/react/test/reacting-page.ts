import type { Client } from '@longwire/client'

/** What the pages of these tests let a test see of them. */
export interface ReactingPage {
  readonly client: Client
  /** How often each component was rendered, by its name. */
  readonly renders: Record<string, number>
  /** Mounts the component of that name. */
  show(name: string): void
  /** How many pictures are drawn until the page shows that text. */
  pictures(until: string): Promise<number>
  /** Unmounts what is mounted. */
  clear(): void
}
