import { useWords } from '../../i18n/words.ts'
import { Head } from './head.tsx'

export const Missing = () => {
  const words = useWords()
  return (
    <>
      <Head title={words.missing.title} description={words.missing.description} />
      <h1>{words.missing.title}</h1>
      <p>{words.missing.text}</p>
      <p>
        <a href="/">{words.orders.seeTickets}</a>
      </p>
    </>
  )
}
