import { useMessages } from '../../i18n/messages.ts'
import { Head } from './head.tsx'

export const NotFoundMessage = () => {
  const messages = useMessages()
  return (
    <>
      <Head title={messages.missing.title} description={messages.missing.description} />
      <h1>{messages.missing.title}</h1>
      <p>{messages.missing.text}</p>
      <p>
        <a href="/">{messages.frame.seeTickets}</a>
      </p>
    </>
  )
}
