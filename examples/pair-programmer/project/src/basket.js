import { discountFor } from './discount.js'

/** The price of all lines in cents, discounts taken off. */
export function total(lines) {
  return lines.reduce((sum, line) => sum + lineTotal(line), 0)
}

export function lineTotal({ price, quantity }) {
  return Math.round(price * quantity * (1 - discountFor(quantity)))
}
