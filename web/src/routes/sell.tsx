import { ListingForm } from '../components/form/listing-form.tsx'
import { Head } from '../components/layout/head.tsx'
import { Refused } from '../components/layout/refused.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useWords } from '../i18n/words.ts'

export default function Sell() {
  const visitor = useVisitor()
  const { sell } = useWords()
  return (
    <>
      <Head title={sell.title} description={sell.description} />
      <h1>{sell.title}</h1>
      <p class="lead">{sell.lead}</p>
      <Refused failure={visitor.refusal} />
      <ListingForm action="/sell" intent="sell" button={sell.submit} />
    </>
  )
}
