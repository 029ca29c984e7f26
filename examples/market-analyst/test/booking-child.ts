// Places forty orders in a process of its own, one for each call, for a test that kills it in the middle.
import { Book } from '../book/book.ts'
import { Market } from '../market/market.ts'

const book = new Book(new Market(), process.argv[2]!)
for (let n = 1; n <= 40; n++) {
  process.stdout.write(`${n}\n`)
  book.place({ principal: 'ann', session: 's', call: `c${n}` }, { side: 'buy', ticker: 'NRLB', quantity: 10 })
}
