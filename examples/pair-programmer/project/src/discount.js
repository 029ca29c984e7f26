const BULK = 10

/** What is taken off when so many of one item are bought: 10% from ten on. */
export function discountFor(quantity) {
  return quantity > BULK ? 0.1 : 0
}
