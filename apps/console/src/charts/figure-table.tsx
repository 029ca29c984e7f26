import type { Figure } from './figure-of.ts'
import { dayInWords, numberInWords } from './figure-words.ts'

export function FigureTable({ figure }: { figure: Figure }) {
  const columns = figure.kind === 'series' ? figure.lines : figure.bars
  const labels = figure.kind === 'series' ? figure.times.map(dayInWords) : figure.labels
  return (
    <section className="figure-table" tabIndex={0} aria-label={`${figure.title}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{figure.kind === 'series' ? 'Day' : 'Name'}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {columns.map(({ name, values }) => (
                <td key={name} className="figures">
                  {numberInWords(values[index] ?? null, figure.unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
