/** How much a turn, or a session, may use. What is not given has no bound. */
export interface BudgetBounds {
  /** Tokens in and out, over all model calls. */
  readonly tokens?: number
  /** In the currency of `prices`. */
  readonly cost?: number
  /** Milliseconds at work; waits for people and for times are not counted. */
  readonly wallMs?: number
  readonly toolCalls?: number
}

export interface Budget {
  readonly turn?: BudgetBounds
  readonly session?: BudgetBounds
  /**
   * `ask`: a person is asked for as much again, and what they grant holds for the turn that asked.
   * `fail`, which it is unless given: the turn fails with `budget_exceeded`.
   */
  readonly onExceeded?: 'ask' | 'fail'
}
