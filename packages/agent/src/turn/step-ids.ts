/** The ids of a turn's steps, in order of their start: the same code gives the same ids when it is run again. */
export class StepIds {
  readonly #turn: string
  #last = 0

  constructor(turn: string) {
    this.#turn = turn
  }

  next(): string {
    return this.#name(++this.#last)
  }

  /** Gives back an id whose step never began, where no other began since. */
  release(step: string): void {
    if (step === this.#name(this.#last)) this.#last--
  }

  #name(n: number): string {
    return `${this.#turn}.${n}`
  }
}
