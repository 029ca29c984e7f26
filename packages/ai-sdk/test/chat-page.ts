import type { LongwireMessage } from '@longwire/ai-sdk'
import type { ChatStatus } from 'ai'

/** What `pages/chat.tsx` lets tests have of it. */
export interface ChatPage {
  /** What `useChat` gave at its last rendering. */
  readonly chat: {
    readonly messages: LongwireMessage[]
    readonly status: ChatStatus
    readonly error: Error | undefined
  }
  /** The names of the calls that the page was asked to run. */
  readonly calls: string[]
  /** Every status that was rendered, in order. */
  readonly statuses: string[]
  send(text: string): void
  again(): void
  stop(): Promise<void>
  /** Answers the approval that is asked for last. */
  approve(approved: boolean, reason?: string): void
  /** Gives the result of the call that was made last. */
  give(output: unknown): void
}
