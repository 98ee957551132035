import { ListingForm } from '../components/form/listing-form.tsx'
import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'

export default function Sell() {
  const visitor = useVisitor()
  const { sell } = useMessages()
  return (
    <>
      <Head title={sell.title} description={sell.description} />
      <h1>{sell.title}</h1>
      <p class="lead">{sell.lead}</p>
      <ErrorAlert failure={visitor.refusal} />
      <ListingForm action="/sell" intent="sell" button={sell.submit} />
    </>
  )
}
