/** What the page of fifty components tells the measure. */
export interface FiftyPage {
  /** Asks, and resolves when the turn has ended and was drawn. */
  run(input: string): Promise<Drawn>
}

export interface Drawn {
  /** Renderings of the component that shows the text, and of the forty-nine that do not. */
  readonly textRenders: number
  readonly otherRenders: number
  /** Milliseconds between one picture and the next, while the agent spoke. */
  readonly pictures: readonly number[]
  readonly tookMs: number
  readonly events: number
}
