/** The ids of the steps of one scope, in order of their start: the same code gives the same ids when it is run again. */
export class StepIds {
  readonly #scope: string
  #last = 0

  constructor(scope: string) {
    this.#scope = scope
  }

  next(): string {
    return this.#name(++this.#last)
  }

  /** Gives back an id whose step never began, where no other began since. */
  release(step: string): void {
    if (step === this.#name(this.#last)) this.#last--
  }

  #name(n: number): string {
    return `${this.#scope}.${n}`
  }
}
