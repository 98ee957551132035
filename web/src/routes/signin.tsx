import { Head } from '../parts/head.tsx'
import { SignForm } from '../parts/sign-form.tsx'

export default function SignIn() {
  return (
    <>
      <Head title="Sign in" description="Sign in to buy and sell tickets." />
      <h1>Sign in</h1>
      <SignForm action="/signin" button="Sign in" />
    </>
  )
}
